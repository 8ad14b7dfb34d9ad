"""The dialogue: one file per thing a citizen can do. The first handler that answers wins."""

from handlers import (
    abuse,
    activation,
    agree,
    ask,
    banner,
    book,
    booking_form,
    coach,
    feedback,
    handoff,
    lifecycle,
    link,
    media,
    menu,
    more,
    mydata,
    outdated,
    remind,
    resume,
    safety,
    staff,
    visits,
    waiting,
)
from handlers.turn import Handler

_HANDLERS: tuple[Handler, ...] = (
    lifecycle.handle,
    staff.handle,
    more.handle,
    mydata.handle,
    booking_form.handle,
    book.handle,
    visits.handle,
    link.handle,
    remind.handle,
    activation.handle,
    coach.handle,
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
HANDLERS: tuple[Handler, ...] = tuple(map(banner.above, _HANDLERS))
