"""What somebody gets who has booked: the confirmation with its files, and reminders to come."""

from __future__ import annotations

from collections.abc import Sequence

from bot.booking import ics
from bot.core import qr
from bot.core.config.booking import Service
from bot.core.crypto import Vault
from bot.core.messages import Answer, Attachment, Reply
from bot.outreach import links
from bot.store.booking import bookings, offices
from bot.store.booking.bookings import Booking
from bot.store.booking.offices import Office
from bot.store.campaigns import attribution
from bot.store.people import consents
from handlers.booking import reminders
from handlers.texts import visits as say
from handlers.turn import Turn


def booked(turn: Turn, made: Sequence[Booking], title: str = say.BOOKED) -> Answer:
    """Confirm what was booked, moved or taken back, as *title* says; its reminders are written in this
    same transaction."""
    service = turn.settings.booking.named(made[0].service)
    office = offices.get(turn.tx, made[0].office)
    idle = turn.conversation.idle
    if office is None:
        return Answer((say.not_live(made[0].code),), idle)
    for booking in made:
        reminders.remind_of(turn, booking, office)
        if title == say.BOOKED:
            attribution.booked(turn.tx, turn.incoming.sender, booking.code, turn.now)
    reply = say.confirmed(
        made,
        office,
        service,
        advice=reminders.advice(turn, made[0]),
        files=files(turn, made, office, service),
        title=title,
    )
    if turn.mailbox and consents.has(turn.tx, made[0].address, "reminders"):
        reply = say.only_on_this_page(reply, links.chats(turn.settings))
    return Answer((reply, *_reach(turn, made[0])), idle)


def _reach(turn: Turn, booking: Booking) -> tuple[Reply, ...]:
    """How to stay within reach of reminders, on a channel that may not write to people for long."""
    window = turn.window
    if window is None or booking.starts_at - turn.now < window:
        return ()
    return (say.out_of_reach(booking.starts_at, window),)


def files(
    turn: Turn,
    made: Sequence[Booking],
    office: Office,
    service: Service,
    *,
    cancelled: bool = False,
) -> tuple[Attachment, ...]:
    """The calendar event, and the QR code that an officer scans."""
    visits = [
        ics.Visit(
            code=booking.code,
            version=booking.version,
            starts_at=booking.starts_at,
            title=f"{service.title} – mã hẹn {booking.code}",
            place=f"{office.name}, {office.address}",
            note="\n".join(say.advised(reminders.advice(turn, booking))),
            cancelled=cancelled,
            taken_back=bookings.times_taken_back(turn.tx, booking),
        )
        for booking in made
    ]
    event = Attachment.of(
        "text/calendar", f"lich-hen-{made[0].code}.ics", ics.calendar_file(visits, turn.now)
    )
    if cancelled:
        return (event,)
    picture = qr.png(check_in_address(turn, made[0]))
    return (event, Attachment.of("image/png", f"ma-hen-{made[0].code}.png", picture))


def check_in_address(turn: Turn, booking: Booking) -> str:
    """What the QR code says: a page of the officers' desk, useless to anyone not signed in there.

    The mark keeps codes from being guessed and tried one after the other.
    """
    settings = turn.settings
    base = settings.public_url or f"http://{settings.listen.host}:{settings.listen.port}"
    return f"{base}/desk/hen/{booking.code}-{check_in_mark(turn.vault, booking.code)}"


def check_in_mark(vault: Vault, code: str) -> str:
    """64 bits that only who has the key can tell from *code*."""
    return vault.mark(f"check-in {code}")[:16]
