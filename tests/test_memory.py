"""What is large and was replaced leaves no holes in the memory of the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.core import memory
from tests.support.paths import PROJECT

# Large blocks, each with a small one behind it that stays: 160 MB come and go.
SCRIPT = """
import sys
from pathlib import Path
from bot.core import memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "tidy":
    memory.keep_tidy()
del (once := [bytearray(20_000_000)])[:]
before = resident()
blocks = [(bytearray(8_000_000), bytearray(2_000)) for _ in range(20)]
for large, _ in blocks:
    large[::4096] = bytes(len(large[::4096]))
stay = [small for _, small in blocks]
del blocks, large
print(resident() - before)
"""


@pytest.mark.skipif(not memory._glibc("mallopt"), reason="another C library than glibc")
@pytest.mark.parametrize(("how", "left"), [("tidy", False), ("as it comes", True)])
def test_large_blocks_leave_no_holes(how: str, left: bool) -> None:
    command = [sys.executable, "-c", SCRIPT, how]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert (int(told.stdout) > 100_000_000) is left
