"""Looking for inputs that reach new lines: atheris chooses, the same targets check."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["bot", "handlers"]):
    from tests.fuzz.targets import targets


class Provided:
    """Choices made of a fuzzer's bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = atheris.FuzzedDataProvider(data)

    def below(self, limit: int) -> int:
        return int(self._data.ConsumeIntInRange(0, limit - 1))

    def letters(self) -> str:
        return str(self._data.ConsumeUnicode(self.below(12)))


def main(only: str, inputs: int) -> int:
    """Feed *inputs* to the one target *only*; does not return: the fuzzer ends the process."""
    folder = tempfile.mkdtemp()
    with targets(Path(folder)) as found:
        (target,) = [one for one in found if one.name == only]

        def feed(data: bytes) -> None:
            target.check(target.make(Provided(data)))

        atheris.Setup(
            [sys.argv[0], f"-runs={inputs}", "-max_len=400", "-print_final_stats=1"], feed
        )
        atheris.Fuzz()
    return 0
