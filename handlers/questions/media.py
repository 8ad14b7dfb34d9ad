"""Everything that is not words: photos, voices, stickers, places, files; and empty or endless text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.messages import Answer, Conversation, Kind
from handlers.questions import safety
from handlers.texts import common
from handlers.texts import media as say
from handlers.turn import Handler, Turn

MAX_CHARACTERS = 4000
PLACES = ("noi-lam-the", "noi-lam-muc-2")
# Pictures that somebody sends one after the other are one thing to answer.
SERIES = timedelta(minutes=1)
ALBUM = timedelta(hours=1)  # the platform says that they belong together; some may come late
SAID = frozenset({Kind.TEXT, Kind.BUTTON, Kind.START})


def handle(turn: Turn) -> Answer | None:
    kind = turn.incoming.kind
    if kind.value in say.MEDIA:
        return _media(turn)
    if kind is Kind.HIDDEN:
        return Answer((say.hidden(turn.settings.contact),))
    if kind is Kind.TEXT and not turn.text.strip():
        return Answer((common.notice(say.EMPTY, common.MENU),))
    if kind is Kind.TEXT and len(turn.text) > MAX_CHARACTERS:
        return Answer((common.notice(say.TOO_LONG, common.OFFICER),))
    return None


def _media(turn: Turn) -> Answer:
    danger = safety.warnings(turn)
    if _goes_on(turn):
        return Answer(danger, _in_series(turn, turn.conversation), urgent=bool(danger))
    kind = turn.incoming.kind
    buttons = [common.MENU]
    if kind is Kind.LOCATION:
        found = (turn.entry(id_) for id_ in PLACES)
        buttons = [common.ask_button(entry) for entry in found if entry]
    told = common.notice(say.MEDIA[kind.value], *buttons)
    return Answer((*danger, told), _in_series(turn, turn.conversation), urgent=bool(danger))


def beside(handler: Handler) -> Handler:
    """*handler*, whose answer to words beside a picture (or a file, or a voice) ends with what
    becomes of that; further pictures of the same series are not answered one by one."""

    def handle(turn: Turn) -> Answer | None:
        answer = handler(turn)
        if answer is None or turn.incoming.public:
            return answer
        after = answer.conversation or turn.conversation
        if turn.incoming.beside:
            told = say.BESIDE.get(turn.incoming.beside) if not _goes_on(turn) else None
            notice = (common.notice(told),) if told else ()
            return replace(
                answer, replies=(*answer.replies, *notice), conversation=_in_series(turn, after)
            )
        if after.series and turn.incoming.kind in SAID:
            return replace(answer, conversation=replace(after, series="", series_until=None))
        return answer

    return handle


def _series(turn: Turn) -> str:
    return turn.incoming.album or (turn.incoming.beside or turn.incoming.kind).value


def _goes_on(turn: Turn) -> bool:
    """Whether this belongs to pictures that were answered a moment ago."""
    until = turn.conversation.series_until
    return until is not None and turn.now < until and turn.conversation.series == _series(turn)


def _in_series(turn: Turn, conversation: Conversation) -> Conversation:
    until = turn.now + (ALBUM if turn.incoming.album else SERIES)
    return replace(conversation, series=_series(turn), series_until=until)
