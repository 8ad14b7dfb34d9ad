"""`vneid-bot faq`: tools for the people who keep the FAQ."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from bot.core import config
from bot.core.documents.file import Faults
from bot.faq import entries
from bot.faq.entries import Faq
from bot.faq.matching.matcher import Matcher, Outcome, Thresholds
from bot.faq.score import Figures, Miss, Report, read_rows, score

OUTCOMES = {Outcome.ANSWER: "trả lời", Outcome.ASK_BACK: "hỏi lại", Outcome.ADMIT: "nhận chưa biết"}
VARIANT_NAMES = {
    "as_typed": "như đã gõ",
    "no_diacritics": "không dấu",
    "typo": "một lỗi gõ",
    "telex": "Telex chưa bỏ dấu",
    "teencode": "viết tắt, teencode",
}
COLUMNS = {
    "đúng #1": "top1",
    "đúng #3": "top3",
    "đúng ngay": "direct",
    "có trong nút": "offered",
    "chắc mà sai": "wrong",
    "chưa biết": "admitted",
}


@click.group()
def faq() -> None:
    """Việc của tình nguyện viên: chấm điểm, kiểm tra, thử câu hỏi."""


@faq.command("score")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--faq",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Thư mục FAQ khác (mặc định: theo config.yaml)",
)
@click.option("--json", "as_json", is_flag=True, help="In một đối tượng JSON")
def score_command(file: Path, folder: Path | None, as_json: bool) -> None:
    """Chấm bộ khớp câu hỏi trên FILE.tsv: mỗi dòng câu hỏi, phím Tab, id đúng (- = ngoài phạm vi)."""
    try:
        content, thresholds = _load(folder)
        rows = read_rows(file, content.entries)
    except Faults as faults:
        click.echo(f"Có {len(faults.faults)} lỗi cần sửa:\n{faults}", err=True)
        sys.exit(2)
    report = score(Matcher.build(content, thresholds), rows)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(report_lines(report)))


def _load(folder: Path | None) -> tuple[Faq, Thresholds]:
    """The FAQ and thresholds of config.yaml; with a folder given, config.yaml need not exist."""
    file = Path("config.yaml")
    if folder is not None and not file.exists():
        return entries.load(folder), Thresholds()
    settings = config.load(file)
    thresholds = Thresholds(**settings.matching.model_dump())
    return entries.load(folder or Path(settings.faq)), thresholds


def report_lines(report: Report) -> Iterator[str]:
    """The report for a person: a table of the ways of typing, then each miss."""
    total = report.total
    yield f"{total.n} câu trong phạm vi, {total.oos_n} câu ngoài phạm vi"
    yield " ".join([f"{'':20}", *(f"{name:>14}" for name in (*COLUMNS, "ngoài: trả lời"))])
    rows = {VARIANT_NAMES[name]: figures for name, figures in report.variants.items()}
    rows |= {f"giọng {name} ({figures.n})": figures for name, figures in report.registers.items()}
    for name, figures in rows.items():
        yield " ".join([f"{name:20}", *(f"{s:>14}" for s in _shares(figures))])
    yield f"Nhận ra câu ngoài phạm vi (AUROC): {total.oos_auroc:.3f}"
    yield f"Thời gian mỗi câu: p50 {total.p50_ms:.2f} ms, p99 {total.p99_ms:.2f} ms"
    if report.misses:
        yield f"\n{len(report.misses)} câu trật (như đã gõ):"
        yield from map(_miss_line, report.misses)


def _shares(figures: Figures) -> Iterator[str]:
    for key in COLUMNS.values():
        yield f"{getattr(figures, key):.1%}" if figures.n else "–"
    yield f"{figures.oos_answered:.1%}" if figures.oos_n else "–"


def _miss_line(miss: Miss) -> str:
    best = miss.result.matches[0] if miss.result.matches else None
    got = f"{best.entry} ({best.confidence:.2f})" if best else "không có mục nào"
    wanted = "ngoài phạm vi" if miss.row.expected == "-" else miss.row.expected
    outcome = OUTCOMES[miss.result.outcome]
    return f"- {miss.row.question}\n    cần: {wanted}; được: {got}, {outcome}"
