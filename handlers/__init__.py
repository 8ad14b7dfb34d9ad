"""The dialogue: one file per thing a citizen can do. The first handler that answers wins."""

from handlers import activation as coach
from handlers import banner, campaign_buttons, group, menu, officers, opt_out, resume, start
from handlers.booking import after_visit, agree, form, my_visits, place, waiting_list
from handlers.person import linked_accounts, my_data, profile
from handlers.questions import (
    abuse,
    ask,
    card,
    feedback,
    handoff,
    more,
    outdated,
    safety,
    small_talk,
    thanks,
)
from handlers.turn import Handler

_HANDLERS: tuple[Handler, ...] = (
    group.handle,
    safety.handle,
    start.handle,
    opt_out.handle,
    officers.handle,
    more.handle,
    my_data.handle,
    form.handle,
    place.handle,
    my_visits.handle,
    linked_accounts.handle,
    after_visit.handle,
    coach.handle,
    card.handle,
    waiting_list.handle,
    profile.handle,
    campaign_buttons.handle,
    agree.handle,
    *map(
        resume.after,
        (
            small_talk.handle,
            menu.handle,
            thanks.handle,
            feedback.handle,
            handoff.handle,
            safety.address,
            abuse.handle,
            ask.handle,
            outdated.handle,
        ),
    ),
)
HANDLERS: tuple[Handler, ...] = tuple(banner.above(small_talk.beside(one)) for one in _HANDLERS)
