"""The dialogue: one file per thing a citizen can do. The first handler that answers wins."""

from handlers import (
    abuse,
    activation,
    agree,
    ask,
    book,
    booking_form,
    feedback,
    handoff,
    lifecycle,
    link,
    media,
    menu,
    more,
    outdated,
    remind,
    resume,
    safety,
    visits,
    waiting,
)
from handlers.turn import Handler

HANDLERS: tuple[Handler, ...] = (
    lifecycle.handle,
    more.handle,
    booking_form.handle,
    book.handle,
    visits.handle,
    link.handle,
    remind.handle,
    activation.handle,
    waiting.handle,
    agree.handle,
    *map(
        resume.after,
        (
            media.handle,
            menu.handle,
            feedback.handle,
            handoff.handle,
            safety.handle,
            abuse.handle,
            ask.handle,
            outdated.handle,
        ),
    ),
)
