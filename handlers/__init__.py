"""The dialogue: one file per thing a citizen can do. The first handler that answers wins."""

from handlers import abuse, ask, feedback, handoff, lifecycle, media, menu, outdated, safety
from handlers.turn import Handler

HANDLERS: tuple[Handler, ...] = (
    lifecycle.handle,
    media.handle,
    menu.handle,
    feedback.handle,
    handoff.handle,
    safety.handle,
    abuse.handle,
    ask.handle,
    outdated.handle,
)
