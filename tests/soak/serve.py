"""`vneid-bot serve` with a clock that the soak can set: `python -m tests.soak.serve CONFIG SHIFT PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

from bot import server
from bot.core import config
from bot.ops import logs
from tests.soak.clock import Shift, moved


def main(config_file: str, shift: str, port: str) -> int:
    logs.start()
    settings = config.load(Path(config_file))
    logs.start(settings.log, config.secrets_of(settings))
    logs.take_in_libraries(settings.log, config.secrets_of(settings))
    listen = settings.listen.model_copy(update={"port": int(port)})
    clock = moved(Shift(Path(shift)))
    return server.run(settings.model_copy(update={"listen": listen}), clock)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
