"""What somebody gets who has booked: the confirmation with its files, and reminders to come."""

from __future__ import annotations

from collections.abc import Sequence

from bot import qr, tickets
from bot.config.booking import Service
from bot.messages import Answer, Attachment, Reply
from bot.store import attribution, offices
from bot.store.bookings import Booking
from bot.store.offices import Office
from bot.vault import Vault
from handlers import remind
from handlers import visit_texts as say
from handlers.turn import Turn


def booked(turn: Turn, made: Sequence[Booking], *, moved: bool) -> Answer:
    """Confirm what was booked or moved; its reminders are written in this same transaction."""
    service = turn.settings.booking.named(made[0].service)
    office = offices.get(turn.tx, made[0].office)
    idle = turn.conversation.idle
    if office is None:
        return Answer((say.not_live(made[0].code),), idle)
    for booking in made:
        remind_of(turn, booking, office)
        if not moved:
            attribution.booked(turn.tx, turn.incoming.sender, booking.code, turn.now)
    reply = say.confirmed(
        made,
        office,
        service,
        bring=turn.entry(service.bring),
        fee=turn.entry(service.fee),
        files=files(turn, made, office, service),
        moved=moved,
    )
    return Answer((reply, *_reach(turn, made[0])), idle)


def _reach(turn: Turn, booking: Booking) -> tuple[Reply, ...]:
    """How to stay within reach of reminders, on a channel that may not write to people for long."""
    window = turn.window
    if window is None or booking.starts_at - turn.now < window:
        return ()
    return (say.out_of_reach(booking.starts_at, window),)


def remind_of(turn: Turn, booking: Booking, office: Office) -> None:
    """Write the reminders of *booking*, if the person wants them and they are not there yet."""
    service = turn.settings.booking.named(booking.service)
    bring = turn.entry(service.bring)
    remind.schedule(
        turn.tx, booking, office, service, turn.settings, turn.now, turn.new_id, bring=bring
    )


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
        tickets.Visit(
            code=booking.code,
            version=booking.version,
            starts_at=booking.starts_at,
            title=f"{service.title} – mã hẹn {booking.code}",
            place=f"{office.name}, {office.address}",
            note=say.what_to_bring(turn.entry(service.bring)),
            cancelled=cancelled,
        )
        for booking in made
    ]
    event = Attachment.of(
        "text/calendar", f"lich-hen-{made[0].code}.ics", tickets.calendar_file(visits, turn.now)
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
