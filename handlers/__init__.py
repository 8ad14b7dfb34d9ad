"""The dialogue: one module per thing a citizen can do. The first handler that answers wins."""

from handlers import activation, campaign_buttons, group, menu, officers, opt_out, start
from handlers.booking import after_visit, form, my_visits, place, reminders, waiting_list
from handlers.middleware import announcing, asking_again
from handlers.person import linked_accounts, my_data, profile
from handlers.questions import ask, feedback, handoff, media, safety, small_talk
from handlers.turn import Handler

_HANDLERS: tuple[Handler, ...] = (
    group.handle,
    safety.handle,
    start.handle,
    opt_out.handle,
    officers.handle,
    my_data.handle,
    form.handle,
    place.handle,
    my_visits.handle,
    linked_accounts.handle,
    after_visit.handle,
    activation.handle,
    waiting_list.handle,
    profile.handle,
    campaign_buttons.handle,
    reminders.handle,
    *map(
        asking_again,
        (
            media.handle,
            menu.handle,
            small_talk.thanks,
            feedback.handle,
            handoff.handle,
            safety.address,
            small_talk.swearing,
            ask.handle,
            menu.outdated,
        ),
    ),
)
HANDLERS: tuple[Handler, ...] = tuple(announcing(media.beside(one)) for one in _HANDLERS)
