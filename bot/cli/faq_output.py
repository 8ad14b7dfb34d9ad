"""What the volunteers' commands print: pure functions from results to lines of Vietnamese.

Colours are escape codes that `click.echo` drops when it does not write to a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from click import style

from bot.core.messages import Reply
from bot.faq.editing.add_line import Edit
from bot.faq.entries import Entry
from bot.faq.explain import Why
from bot.faq.gaps import PEOPLE, Gap, Gaps
from bot.faq.lint import Finding, Rule
from bot.faq.matching.matcher import Outcome, Result
from bot.faq.regression import Change, Fared, Fate, confusions
from handlers.preview import Preview, full_text

OUTCOMES = {
    Outcome.ANSWER: style("trả lời thẳng", fg="green"),
    Outcome.ASK_BACK: style("hỏi lại bằng nút bấm", fg="yellow"),
    Outcome.ADMIT: style("nhận là chưa biết, chỉ nơi hỏi", fg="red"),
}
FATES = {
    Fate.RIGHT: "đúng",
    Fate.ASKED_BACK: "hỏi lại, có câu đúng",
    Fate.MISSED: "bỏ sót",
    Fate.WRONG: "trả lời sai",
}
CONFUSIONS = 15  # pairs shown
RULE = "─" * 72


# --- check ---------------------------------------------------------------------------------------


def findings(found: Sequence[Finding], folder: Path, entries: int) -> Iterator[str]:
    """What keeps the folder from being read first: links into a spoilt file are dead only because
    of it. Then faults and warnings in the order of the files, and how many."""
    for finding in sorted(found, key=_mends_others, reverse=True):
        fault = finding.fault
        level = style("lỗi", fg="red") if finding.serious else style("nên xem", fg="yellow")
        place = style(f"{folder / fault.file}:{fault.line}:{fault.column}:", bold=True)
        yield f"{place} {level}: {fault.message} [{finding.rule}]"
        if fault.hint:
            yield f"    → {fault.hint}"
    faults = sum(finding.serious for finding in found)
    warnings = len(found) - faults
    if found:
        yield ""
    ending = (
        style(f"{faults} lỗi phải sửa", fg="red") if faults else style("Không có lỗi", fg="green")
    )
    yield f"{ending}, {warnings} điều nên xem ({entries} mục)."


def _mends_others(finding: Finding) -> bool:
    return finding.serious and finding.rule is Rule.STRUCTURE


# --- try -----------------------------------------------------------------------------------------


def ranking(result: Result, reasons: Sequence[tuple[Entry, float, Why]]) -> Iterator[str]:
    """What the bot does with a question, and the entries that came up with the reasons."""
    yield f"Bot sẽ: {OUTCOMES[result.outcome]}"
    if not reasons:
        yield "Không có mục nào gần câu này."
    for number, (entry, confidence, why) in enumerate(reasons, 1):
        outside = " (ngoài phạm vi)" if entry.kind == "out-of-scope" else ""
        yield ""
        yield f"{number}. {style(f'{confidence:6.1%}', bold=True)}  {entry.id}{outside} – {entry.title}"
        yield f"      câu gần nhất: “{why.phrasing}” (giống chữ {why.likeness:.0f}/100)"
        yield f"      từ trùng: {_words(why.shared)}; từ mục này chưa có: {_words(why.unknown)}"
        if why.keywords:
            yield f"      từ khóa: {', '.join(why.keywords)}"


def _words(words: Iterable[str]) -> str:
    return " ".join(words) or "–"


def looks(reply: Reply, shown: Iterable[Preview]) -> Iterator[str]:
    """The message once, then what each channel makes of it."""
    yield from ("", RULE, full_text(reply), RULE)
    for preview in shown:
        channel = preview.channel
        most = f"/{channel.characters}" if channel.characters else ""
        fits = f"{preview.length}{most} ký tự"
        if preview.messages > 1:
            fits += style(f", phải cắt thành {preview.messages} tin", fg="red")
        yield f"{style(channel.name, bold=True)}: {fits}"
        for title in preview.buttons:
            cut = len(title) > channel.title
            shown_title = f"{title[: channel.title - 1]}…" if cut else title
            yield f"    [ {shown_title} ]"
        if preview.links:
            yield f"    thành chữ (chỉ vừa {channel.buttons} nút): {'; '.join(preview.links)}"
        if preview.later:
            yield f"    sau nút Xem thêm: {'; '.join(preview.later)}"


# --- test ----------------------------------------------------------------------------------------


def summary(fared: Sequence[Fared]) -> Iterator[str]:
    """How the regression questions fared, and which entry takes whose."""
    total = len(fared) or 1
    yield f"{len(fared)} câu hỏi mẫu:"
    for fate, name in FATES.items():
        count = sum(one.fate is fate for one in fared)
        yield f"  {name:22} {count:5}  {count / total:6.1%}"
    pairs = confusions(fared)
    if pairs:
        yield "\nMục nào giành câu của mục nào:"
    for whose, taker, count in pairs[:CONFUSIONS]:
        name = "(ngoài phạm vi)" if whose == "-" else whose
        yield f"  {count:3}  {name} → {taker}"
    if len(pairs) > CONFUSIONS:
        yield f"  … và {len(pairs) - CONFUSIONS} cặp khác"


def changes(change: Change) -> Iterator[str]:
    """What differs from the accepted run."""
    parts = (
        ("Mới hỏng (trước đúng, nay không)", change.broken, "red"),
        ("Trước trả lời thẳng, nay hỏi lại", change.softened, "yellow"),
        ("Mới đúng", change.mended, "green"),
    )
    yield ""
    if not any(rows for _, rows, _ in parts):
        yield "So với lần đã chấp nhận: không câu nào đổi."
    for title, rows, colour in parts:
        if rows:
            yield style(f"{title}: {len(rows)} câu", fg=colour)
            yield from map(fared_line, rows)
    if change.new or change.removed:
        yield f"Câu mới thêm: {len(change.new)}; câu đã bỏ: {change.removed}."


def fared_line(one: Fared) -> str:
    got = f"được {one.got} ({one.confidence:.0%})" if one.got else "không ra mục nào"
    wanted = "ngoài phạm vi" if one.row.expected == "-" else one.row.expected
    place = f"{one.row.file}:{one.row.line}"
    return f"  {place}: {one.row.question}\n      cần {wanted}; {got}, {FATES[one.fate]}"


# --- gaps ----------------------------------------------------------------------------------------


def no_questions(database: str) -> str:
    return (
        f"Máy này chưa có câu hỏi nào của người dân (không thấy {database}).\n"
        "Chạy lệnh này trên máy đang chạy dịch vụ, hoặc nhờ người quản trị."
    )


def gap_list(gaps: Gaps, days: int) -> Iterator[str]:
    if not gaps.shown:
        yield f"{days} ngày qua không có câu nào từ {PEOPLE} người trở lên hỏi mà bot chưa trả lời tốt."
    for number, gap in enumerate(gaps.shown, 1):
        yield from _gap(number, gap)
    if gaps.shown:
        yield '\nThêm câu rõ nhất của nhóm N vào một mục: vneid-bot faq gaps --add N "id-của-mục"'
    if gaps.settled:
        yield f"{gaps.settled} nhóm khác nay đã trả lời được hoặc đã chỉ đúng nơi hỏi."
    if gaps.hidden:
        yield f"{gaps.hidden} nhóm chưa đủ {PEOPLE} người hỏi nên không hiện."


def _gap(number: int, gap: Gap) -> Iterator[str]:
    told = [f"{gap.people} người, {gap.asked} lần"]
    names = {"admit": "chưa biết", "ask_back": "hỏi lại", "answer": "đã trả lời"}
    told += [f"{names[name]} {count}" for name, count in sorted(gap.outcomes.items())]
    told += [f"chê {gap.voted_down}"] if gap.voted_down else []
    yield f"\n{style(f'{number}.', bold=True)} {gap.clearest or gap.examples[0]}"
    yield f"   {', '.join(told)}"
    for example in gap.examples:
        if example != gap.clearest:
            yield f"   · {example}"
    if gap.nearest:
        yield f"   gần nhất: {gap.nearest.entry} ({gap.nearest.confidence:.0%})"


def added(edit: Edit, folder: Path) -> Iterator[str]:
    """The change, and how to undo it."""
    file = folder / edit.file.name
    yield f"Đã sửa {file}, dòng {edit.number}:"
    if edit.changed is not None:
        yield style(f"- {edit.changed}", fg="red")
    for line in edit.lines:
        yield style(f"+ {line}", fg="green")
    last = edit.number + len(edit.lines) - 1
    which = f"dòng {edit.number}" if last == edit.number else f"dòng {edit.number}–{last}"
    undo = "sửa lại" if edit.changed is not None else "xóa"
    yield f"Muốn bỏ: {undo} {which}; hoặc, nếu tệp không có sửa đổi nào khác: git checkout -- {file}"
    yield "Kiểm tra lại: vneid-bot faq check"
