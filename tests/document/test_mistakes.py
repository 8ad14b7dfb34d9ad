"""What volunteers type wrong: told at the line to mend, in words that need no YAML."""

from __future__ import annotations

import pytest

from bot.core.documents import file as yaml_file
from bot.core.documents.file import Faults

GOOD = """\
entries:
  - id: doi-the
    label: "Đổi thẻ"
    phrasings:
      - thẻ hết hạn
      - đổi thẻ ở đâu
    related: [cap-lai, le-phi]
    fee: Miễn phí
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("    fee:", "\tfee:", 8, "có phím Tab ở đầu dòng"),
        ("      - thẻ", "\t- thẻ", 5, "có phím Tab ở đầu dòng"),
        ('"Đổi thẻ"', '"Đổi thẻ', 3, "dấu nháy mở mà không đóng"),
        ('"Đổi thẻ"', "'Đổi thẻ", 3, "dấu nháy mở mà không đóng"),
        ('"Đổi thẻ"', '"Đổi" thẻ', 3, "có chữ nằm ngoài dấu nháy"),
        ("le-phi]", "le-phi", 7, "dấu [ mở mà không đóng"),
        ("thẻ hết hạn", "báo lỗi: thẻ sai: sao", 5, "câu có dấu hai chấm mà không để trong nháy"),
        ("Miễn phí", "Lưu ý: miễn phí", 8, "câu có dấu hai chấm mà không để trong nháy"),
        ("    fee:", "     fee:", 8, "dòng này thụt lệch so với dòng trên"),
        ("    fee:", "   fee:", 8, "dòng này thụt lệch so với dòng trên"),
        ("related: [cap-lai, le-phi]", "related [cap-lai]", 7, "thiếu dấu hai chấm"),
        ('label: "Đổi thẻ"', "label:Đổi thẻ", 3, "thiếu dấu cách sau dấu hai chấm"),
        ("thẻ hết hạn", "* thẻ hết hạn", 5, "câu bắt đầu bằng dấu *"),
        ("thẻ hết hạn", "@bot ơi", 5, "câu bắt đầu bằng dấu @"),
        ("thẻ hết hạn", "%50 là sao", 5, "câu bắt đầu bằng dấu %"),
        ("  - id", "---\n  - id", 2, "dòng --- cắt tệp làm hai"),
        ("hết hạn", "hết\x07hạn", 5, "có ký tự lạ"),
    ],
)
def test_a_slip_is_told_at_its_line_with_what_to_do(
    old: str, new: str, line: int, what: str
) -> None:
    with pytest.raises(Faults) as caught:
        yaml_file.parse(GOOD.replace(old, new, 1).encode(), "x.yaml")
    fault = caught.value.faults[0]
    assert (fault.line, what in fault.message, bool(fault.hint)) == (line, True, True), fault


def test_an_unknown_slip_is_told_with_the_usual_causes() -> None:
    with pytest.raises(Faults, match="xem thụt lề"):
        yaml_file.parse(b"a: !!python/object:os.system x\n", "x.yaml")
