"""nguy-hiem.yaml: what tells of danger is heard, what only sounds like it is not."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from bot.core.documents.file import Faults
from bot.core.likeness import plain
from bot.faq import entries, lint, regression
from bot.faq.dangers import FILE, Joined
from bot.faq.lint import Finding, Rule
from bot.faq.matching.matcher import Matcher, Thresholds
from tests.support.faq_house import house
from tests.support.paths import FAQ, PROJECT

ORDINARY = "-"
HELD_OUT = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "danger.tsv").read_text("utf-8").splitlines()
]


def heard(full: Matcher, text: str) -> str:
    found = full.danger(text)
    return found.kind if found else ORDINARY


def test_unseen_dangers_are_heard_and_unseen_ordinary_texts_raise_no_alarm(full: Matcher) -> None:
    told = [(kind, heard(full, text)) for text, kind in HELD_OUT]
    dangers = [(kind, found) for kind, found in told if kind != ORDINARY]
    alarms = [found for kind, found in told if kind == ORDINARY and found != ORDINARY]
    assert len(dangers) > 200
    assert len(told) - len(dangers) > 150
    assert sum(found != ORDINARY for _, found in dangers) >= 0.93 * len(dangers)
    assert sum(found == kind for kind, found in dangers) >= 0.86 * len(dangers)
    assert len(alarms) <= 0.02 * (len(told) - len(dangers))


def test_what_is_held_out_is_not_taught(full: Matcher) -> None:
    dangers = full.faq.dangers
    taught = {plain(text) for kind in dangers.kinds.values() for text in kind.texts()}
    taught |= {plain(text) for text in dangers.ordinary.texts()}
    assert not taught & {plain(text) for text, _ in HELD_OUT}


def test_the_questions_of_the_faq_raise_hardly_an_alarm(full: Matcher) -> None:
    rows, _ = regression.read(PROJECT / "faq", full.faq.entries)
    asked = [row.question for row in rows if row.expected not in full.faq.dangers.entries]
    assert sum(full.danger(text) is not None for text in asked) <= 0.02 * len(asked)


@pytest.mark.parametrize(
    "text",
    [
        "có ông xưng công an gọi kêu tui đọc mã otp",
        "dang co nguoi goi tu xung can bo phuong bao cai app vneid qua link",
        "số lạ gọi kêu chuyển tiền để kích hoạt định danh",
        "Nó nhắn zalo bảo bấm vào link cập nhật căn cước",
        "công an gọi video bắt chụp căn cước hai mặt gửi qua",
        "Có người gọi bảo tôi đọc mã OTP và chuyển tiền",
        "Có người nhắn Zalo kêu cài app VNeID qua link",
        "ai đó xin mã otp của tôi",
        "nguoi la keu doc mat khau",
    ],
)
def test_a_call_is_heard(full: Matcher, text: str) -> None:
    assert heard(full, text) == "cuoc-goi"


@pytest.mark.parametrize(
    "text",
    [
        "không nhận được mã otp khi kích hoạt",
        "công an phường mấy giờ làm việc",
        "quên mật khẩu thì gọi ai",
        "tải app vneid ở đâu",
        "cán bộ gọi tên theo số thứ tự hả",
        "mở link vneid gov vn trên điện thoại không được",
        "ra phường cán bộ bảo tải app vneid rồi làm tiếp",
        "app đòi nhập mã otp mà không có",
        "tôi muốn hỏi quên mật khẩu",
        "Nguyễn Thị Cẩm Tuyền",
        "bà Tư, cháu Tí 0912345679",
        "qwzx jjk",
        "...",
        "",
    ],
)
def test_what_is_ordinary_is_not(full: Matcher, text: str) -> None:
    assert full.danger(text) is None


def test_what_was_taught_word_for_word_is_read_so(full: Matcher) -> None:
    for id_, kind in full.faq.dangers.kinds.items():
        assert {heard(full, text) for text in kind.phrases} == {id_}
    assert {heard(full, text) for text in full.faq.dangers.ordinary.phrases} == {ORDINARY}


def test_what_was_learnt_is_kept(full: Matcher) -> None:
    again = Matcher(full.faq, full.thresholds, pickle.loads(pickle.dumps(full._ranker)))  # noqa: S301 - our own
    text = "lỡ đọc mã otp cho người ta rồi giờ sao"
    assert again.danger(text) == full.danger(text) is not None


def test_victims_are_sent_to_the_bank_first_then_the_police_then_vneid(full: Matcher) -> None:
    for id_ in ("lo-dua", "may-bi-chiem", "sim-bi-chiem", "mao-danh"):
        kind = full.faq.dangers.kinds[id_]
        assert "gọi ngân hàng" in kind.first.lower()
        assert 0 < kind.then.index("công an") < kind.then.index("VNeID")


def test_each_tail_takes_the_next_heads() -> None:
    joined = Joined(heads=("a", "b", "c"), tails=("1", "2"))
    assert list(joined.sentences()) == ["a 1", "b 1", "c 1", "a 2", "b 2", "c 2"]


# --- the file --------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FAQ, tmp_path / "faq"))


def spoil(folder: Path, old: str, new: str) -> None:
    file = folder / FILE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def found(folder: Path, *, match: bool = False) -> list[Finding]:
    rows = lint.check(folder, house(match=match))
    return [finding for finding in rows if finding.fault.file == FILE]


def test_a_faq_without_the_file_hears_no_danger(folder: Path) -> None:
    before = entries.load(folder).version
    (folder / FILE).unlink()
    faq = entries.load(folder)
    assert faq.version != before
    assert Matcher.build(faq, Thresholds()).danger("bị lừa mất tiền rồi") is None


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("- id: lo-dua", "- id: cuoc-goi", "id 'cuoc-goi' viết hai lần"),
        ('first: "⚠️ GỌI', 'first: "GỌI', "kinds[1].first"),
        ('first: "⚠️ GỌI', f'first: "⚠️ {"dài " * 40}', "dài quá 140 ký tự"),
        ("entries: [quen-mat-khau]", "entries: []", "kinds[1].entries"),
        ('call: "113"', 'call: "gọi"', "kinds[0].call"),
        ("ordinary:", "ordinari:", "ordinari"),
    ],
)
def test_a_slip_is_refused_with_its_line(folder: Path, old: str, new: str, why: str) -> None:
    spoil(folder, old, new)
    with pytest.raises(Faults, match=r"nguy-hiem\.yaml:\d+") as caught:
        entries.load(folder)
    assert why in str(caught.value)


def test_the_file_as_it_is_has_no_fault(folder: Path) -> None:
    assert [finding for finding in found(folder) if finding.serious] == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("[quen-mat-khau]", "[quen-mat-khua]", Rule.LINKS),
        ("- cảm ơn", "- bị lừa mất tiền rồi", Rule.SAME),
        ("xưng, giả danh", "xưng, có ông", Rule.SAME),
        ("- cảm ơn", "- gọi số 0912345678 đi", Rule.PRIVATE),
    ],
)
def test_a_check_says_what_is_wrong(folder: Path, old: str, new: str, rule: Rule) -> None:
    spoil(folder, old, new)
    assert rule in {finding.rule for finding in found(folder) if finding.serious}


def test_a_sample_question_that_raises_an_alarm_is_named(folder: Path) -> None:
    (folder / "questions").mkdir(exist_ok=True)
    row = "có người tự xưng công an gọi điện bảo đọc mã otp\tmat-the\n"
    (folder / "questions" / "thu.tsv").write_text(row, encoding="utf-8")
    assert Rule.ALARM in {finding.rule for finding in found(folder, match=True)}
