"""What a citizen types -> what the bot does, on the real FAQ and on small ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.faq.entries import Faq, Kind
from bot.faq.matching.matcher import Matcher, Outcome, Thresholds

MakeFaq = Callable[..., Faq]


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Mất thẻ căn cước thì làm lại ở đâu?", "mat-the-cap-lai"),
        ("rot bop mat the can cuoc roi lam lai sao", "mat-the-cap-lai"),
        ("quên mk vneid lm seo", "quen-mat-khau"),
        ("ddooir soos ddieenj thoaij vneid", "doi-so-dien-thoai"),
        ("dk tam tru onl ntn", "dang-ky-tam-tru"),
    ],
)
def test_a_question_is_answered_however_it_is_typed(full: Matcher, text: str, entry: str) -> None:
    result = full.match(text)
    assert result.outcome is Outcome.ANSWER
    assert result.matches[0].entry == entry


def test_a_phrasing_word_for_word_is_near_certain(full: Matcher) -> None:
    for id_, entry in list(full.faq.entries.items())[::25]:
        best = full.match(entry.phrasings[0]).matches[0]
        assert best.entry == id_
        assert best.confidence >= 0.9


def test_a_known_neighbour_is_admitted_with_its_name(full: Matcher) -> None:
    result = full.match("làm sổ đỏ lần đầu cần giấy tờ gì")
    assert result.outcome is Outcome.ADMIT
    assert result.neighbour is not None
    assert full.faq.entries[result.neighbour].kind is Kind.OUT_OF_SCOPE


@pytest.mark.parametrize(
    "text",
    ["", "   ", "xin chào", "alo alo", "cảm ơn bạn nhiều", "ok", "😀😀", "123456", "???", "ừ"],
)
def test_small_talk_and_noise_are_admitted(full: Matcher, text: str) -> None:
    assert full.match(text).outcome is Outcome.ADMIT


def test_matches_are_best_first_with_chances(full: Matcher) -> None:
    values = [match.confidence for match in full.match("đổi thẻ căn cước ở đâu").matches]
    assert values == sorted(values, reverse=True)
    assert all(0 <= value <= 1 for value in values)


def test_a_vague_question_is_asked_back_not_answered(full: Matcher) -> None:
    assert full.match("bao nhiêu tiền vậy").outcome is not Outcome.ANSWER


@pytest.mark.parametrize(
    ("previous", "text", "entry"),
    [
        ("dang-ky-muc-2", "bao nhiêu tiền?", "phi-dinh-danh"),
        ("doi-the-het-han", "hết bao nhiêu tiền vậy", "le-phi-the-can-cuoc"),
        ("dang-ky-muc-2", "ở đâu?", "noi-lam-muc-2"),
        ("doi-the-het-han", "cần giấy tờ gì", "giay-to-lam-the"),
        ("the-tre-6-14", "còn bé 4 tuổi thì sao", "the-tre-duoi-6"),
        ("khoa-can-cuoc-dien-tu", "vậy mở lại thì sao", "mo-khoa-tai-khoan"),
    ],
)
def test_a_follow_up_is_read_with_the_entry_before(
    full: Matcher, previous: str, text: str, entry: str
) -> None:
    assert full.match(text, previous=previous).matches[0].entry == entry


@pytest.mark.parametrize(
    "text", ["quên mật khẩu vneid", "làm hộ chiếu ở đâu", "mất thẻ căn cước thì làm lại ở đâu"]
)
def test_a_complete_question_is_not_bent_by_the_entry_before(full: Matcher, text: str) -> None:
    assert full.match(text, previous="phat-cu-tru") == full.match(text)


def test_a_previous_entry_that_is_gone_does_no_harm(full: Matcher) -> None:
    assert full.match("ở đâu", previous="khong-con-nua") == full.match("ở đâu")


def test_two_questions_get_two_answers(full: Matcher) -> None:
    text = "đăng ký tạm trú online thế nào? đổi bằng lái xe ở đâu?"
    found = [result.matches[0].entry for result in full.match_all(text)]
    assert found == ["dang-ky-tam-tru", "doi-gplx"]


def test_the_second_question_is_read_with_the_first(full: Matcher) -> None:
    text = "mất thẻ căn cước làm lại ở đâu, với lại lệ phí bao nhiêu tiền"
    found = [result.matches[0].entry for result in full.match_all(text)]
    assert found == ["mat-the-cap-lai", "le-phi-the-can-cuoc"]


def test_a_story_gets_one_answer(full: Matcher) -> None:
    text = (
        "Hôm qua tôi đi chợ bị móc túi, về nhà mới hay. Giấy tờ mất hết trơn, buồn quá trời. "
        "Giờ muốn làm lại thẻ căn cước thì ra đâu?"
    )
    (result,) = full.match_all(text)
    assert result.matches[0].entry == "mat-the-cap-lai"


def test_the_same_faq_gives_the_same_confidence(make_faq: MakeFaq) -> None:
    faq = make_faq(mot=["đổi thẻ ở đâu", "chỗ nào đổi thẻ"], hai=["quên mật khẩu", "mất mật mã"])
    first, second = (Matcher.build(faq, Thresholds()) for _ in range(2))
    assert first.match("doi the cho nao") == second.match("doi the cho nao")


def test_entries_with_only_a_question_are_found(make_faq: MakeFaq) -> None:
    faq = make_faq(mot=["Đổi thẻ ở đâu?"], hai=["Quên mật khẩu thì sao?"], ba=["Mấy giờ mở cửa?"])
    matcher = Matcher.build(faq, Thresholds())
    assert matcher.match("quen mk").matches[0].entry == "hai"


def test_a_synonym_leads_to_its_entry(make_faq: MakeFaq) -> None:
    asked = {"mot": ["mất ví thì làm sao"], "hai": ["đổi thẻ ở đâu"], "ba": ["quên mật khẩu"]}
    matcher = Matcher.build(make_faq("ví: [bóp]", **asked), Thresholds())
    assert matcher.match("cái bóp").matches[0].entry == "mot"
    assert not Matcher.build(make_faq("", **asked), Thresholds()).match("bóp").matches


def test_one_entry_alone_is_a_faq(make_faq: MakeFaq) -> None:
    matcher = Matcher.build(make_faq(mot=["đổi thẻ ở đâu"]), Thresholds())
    assert matcher.match("đổi thẻ ở đâu").matches[0].entry == "mot"
    assert matcher.match("xyz").outcome is Outcome.ADMIT


def test_greetings_are_found_where_they_are_a_topic(make_faq: MakeFaq) -> None:
    faq = make_faq(chao=["xin chào", "hello", "chào bạn"], hai=["quên mật khẩu", "mất mật mã"])
    assert Matcher.build(faq, Thresholds()).match("xin chao").matches[0].entry == "chao"


def test_new_words_of_the_same_entries_need_no_learning(make_faq: MakeFaq) -> None:
    asked = "mất thẻ thì sao"
    old = Matcher.build(make_faq(mot=["Mất thẻ thì sao?"], hai=["Tạm trú là gì?"]), Thresholds())
    new = make_faq(mot=["Mất thẻ thì làm gì?"], hai=["Tạm trú là gì?"])
    reworded = old.reworded(new)
    assert reworded is not None
    assert reworded.faq is new
    assert reworded.match(asked) == old.match(asked)


@pytest.mark.parametrize("ids", [("mot",), ("hai", "mot"), ("mot", "ba"), ("mot", "hai", "ba")])
def test_other_entries_have_to_be_learnt(make_faq: MakeFaq, ids: tuple[str, ...]) -> None:
    def faq(*ids: str) -> Faq:
        return make_faq(**{id_: [f"Câu hỏi {id_} là gì?"] for id_ in ids})

    assert Matcher.build(faq("mot", "hai"), Thresholds()).reworded(faq(*ids)) is None
