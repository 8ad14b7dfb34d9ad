"""Faults of files and databases, told to who typed the command."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import click

from bot.core.documents.file import Faults
from bot.store.database import DatabaseFault, DatabaseUnfit

BUSY = (
    "Cơ sở dữ liệu đang bận, đầy hoặc mất kết nối nên việc này chưa được ghi ({fault}). Đợi một lát rồi "
    "chạy lại lệnh; vẫn không được thì xem ổ đĩa còn chỗ không, có chương trình nào đang giữ tệp không."
)


def explained(command: Callable[..., Any]) -> Callable[..., Any]:
    """Faults in config.yaml, the FAQ or another file are printed one under the other, with exit
    code 2."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Faults as faults:
            count = len(faults.faults)
            click.echo(f"Có {count} lỗi cần sửa:\n{faults}", err=True)
            sys.exit(2)

    return run


class Explaining(click.Group):
    """Commands of which none tells with a traceback why a database cannot be used."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DatabaseUnfit as unfit:
            raise click.ClickException(f"Không dùng được cơ sở dữ liệu: {unfit}") from unfit
        except DatabaseFault as fault:
            raise click.ClickException(BUSY.format(fault=fault)) from fault
