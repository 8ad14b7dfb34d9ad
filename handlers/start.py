"""Opening the chat, by a link or a poster's code, too; blocking and unblocking it.

Deep links: `p_<code><mark>` is a poster's (bot/outreach/posters.py), `a_<audience>` opens as for those people,
`e_<entry>` opens with an answer.
"""

from __future__ import annotations

from bot.core import deep_links
from bot.core.clock import local
from bot.core.messages import Answer, Button, Conversation, Kind, Reply
from bot.faq.entries import Entry
from bot.faq.greetings import Audience
from bot.outreach import posters as codes
from bot.outreach.links import AUDIENCE, check_page
from bot.store.campaigns import attribution, posters
from bot.store.campaigns.posters import Poster
from bot.store.people import conversations
from handlers import activation
from handlers.questions import ask
from handlers.texts import common as texts
from handlers.texts import poster as say
from handlers.turn import Turn

CHECK_WORDS = frozenset({
    "kiem tra ap phich", "kiem tra poster", "ap phich that hay gia", "ap phich gia", "poster gia",
})  # fmt: skip
ANYBODY = "cong-dan"  # whose greeting stands where a kind of place has none any more
# What most people come for; those that the FAQ has are offered under the welcome.
COMMON = ("dang-ky-muc-2", "kich-hoat-cac-buoc", "noi-lam-the", "cuoc-goi-gia-cong-an")


def handle(turn: Turn) -> Answer | None:
    match turn.incoming.kind:
        case Kind.BLOCKED | Kind.UNBLOCKED:
            reachable = turn.incoming.kind is Kind.UNBLOCKED
            conversations.set_reachable(turn.tx, turn.incoming.sender, reachable)
            return Answer()
        case Kind.START:
            return start(turn, turn.data)
    return _typed(turn)


def start(turn: Turn, payload: str = "") -> Answer:
    """The welcome, or what the deep link's *payload* leads to."""
    if payload == activation.LINK:
        return activation.begin(turn)
    greeted = _linked(turn, payload)
    if greeted is not None:
        return greeted
    common = [entry for id_ in COMMON if (entry := turn.entry(id_))]
    welcome = texts.welcome(turn.settings.name, common)
    entry = turn.entry(payload.removeprefix(deep_links.ENTRY)) if payload else None
    if entry is not None:
        shown = ask.show(turn, entry)
        return Answer((welcome, *shown.replies), shown.conversation)
    # An entry may have gone since; `ASK` only leads here.
    known = payload in ("", deep_links.ASK) or payload.startswith(deep_links.ENTRY)
    warning = () if known else (say.forged(turn.settings),)
    return Answer((*warning, welcome), Conversation())


# --- posters and kinds of people -------------------------------------------------------------------


def _linked(turn: Turn, payload: str) -> Answer | None:
    """What a deep link's *payload* opens; None when it is about no poster and no audience."""
    if payload.startswith(codes.LINK):
        code = codes.genuine(turn.vault, payload)
        poster = posters.get(turn.tx, code) if code else None
        replies = _through(turn, poster) if poster else _forged(turn)
        return Answer(replies, Conversation())
    if payload.startswith(AUDIENCE):
        audiences = turn.faq.greetings.audiences
        audience = audiences.get(payload.removeprefix(AUDIENCE).replace("_", "-"))
        return Answer((_greeting(turn, audience),), Conversation()) if audience else None
    return None


def _typed(turn: Turn) -> Answer | None:
    """A poster's code, typed by who cannot scan, or how to tell a poster; what was being done goes on."""
    if turn.incoming.kind is not Kind.TEXT:
        return None
    if turn.words.strip("/ ") in CHECK_WORDS:
        return Answer((say.which_poster(check_page(turn.settings)),))
    code = codes.typed(turn.text)
    if code is None:
        return None
    poster = posters.get(turn.tx, code)
    return Answer(_through(turn, poster) if poster else (say.no_such_code(turn.settings, code),))


def _through(turn: Turn, poster: Poster) -> tuple[Reply, ...]:
    attribution.scanned(turn.tx, turn.incoming.sender, poster.code, turn.now)
    greetings = turn.faq.greetings
    audience = greetings.of_place(poster.kind) or greetings.audiences.get(ANYBODY)
    retired = local(poster.retired_at).date() if poster.retired_at else None
    note = say.where_it_hangs(codes.shown(poster.code), poster.place, retired)
    return (_greeting(turn, audience, note),)


def _forged(turn: Turn) -> tuple[Reply, ...]:
    audience = turn.faq.greetings.audiences.get(ANYBODY)
    return (say.forged(turn.settings), _greeting(turn, audience))


def _greeting(turn: Turn, audience: Audience | None, note: str = "") -> Reply:
    entries = (
        [entry for id_ in audience.questions if (entry := turn.entry(id_))] if audience else []
    )
    words = audience.greeting if audience else say.HELLO
    return say.greeting(turn.settings.name, words, note, _buttons(turn, entries))


def _buttons(turn: Turn, entries: list[Entry]) -> tuple[Button, ...]:
    book = (say.BOOK,) if turn.settings.booking.services else ()
    return (*map(texts.ask_button, entries), *book, texts.MENU)
