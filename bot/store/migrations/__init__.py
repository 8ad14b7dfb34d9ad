"""The schema, as named steps in order; a step that has landed is never changed again.

Plain SQL that SQLite and PostgreSQL read alike: text ids made by us, UTC times as fixed-width ISO
text, JSON as text.
"""

from __future__ import annotations

from bot.store.migrations import (
    booking,
    campaigns,
    coach,
    consents,
    desk,
    foundation,
    indexes,
    many,
    numbers,
    posters,
    privacy,
    progress,
    room,
    spread,
    targets,
    undo,
    watch,
    zalo,
)

CREATE_LOG = "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)"
RECORDED = "SELECT name FROM migrations"
RECORD = "INSERT INTO migrations (name) VALUES (:name)"

MIGRATIONS = (
    ("0001-foundation", foundation.FOUNDATION),
    ("0002-booking", booking.BOOKING),
    ("0003-zalo", zalo.ZALO),
    ("0004-desk", desk.DESK),
    ("0005-coach", coach.COACH),
    ("0006-privacy", privacy.PRIVACY),
    ("0007-numbers", numbers.NUMBERS),
    ("0008-watch", watch.WATCH),
    ("0009-posters", posters.POSTERS),
    ("0010-spread", spread.SPREAD),
    ("0011-campaigns", campaigns.CAMPAIGNS),
    ("0012-many", many.MANY),
    ("0013-segments", campaigns.SEGMENTS),
    ("0014-progress", progress.PROGRESS),
    ("0015-targets", targets.TARGETS),
    ("0016-codes", desk.CODES),
    ("0017-consents", consents.CONSENTS),
    ("0018-audit-subjects", desk.SUBJECTS),
    ("0019-undo", undo.UNDO),
    ("0020-waiting", booking.WAITING),
    ("0021-indexes", indexes.INDEXES),
    ("0022-typed-numbers", numbers.TYPED),
    ("0023-late-presses", booking.LATE_PRESSES),
    ("0024-devices", desk.DEVICES),
    ("0025-room", room.ROOM),
)
