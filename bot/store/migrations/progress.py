"""Official figures by ward, and how each import changed them."""

from __future__ import annotations

PROGRESS = (
    """
    CREATE TABLE ward_figures (
        ward TEXT PRIMARY KEY,
        target INTEGER NOT NULL CHECK (target >= 0),
        collected INTEGER NOT NULL CHECK (collected >= 0),
        activated INTEGER NOT NULL CHECK (activated BETWEEN 0 AND collected),
        changed_at TEXT NOT NULL
    )
    """,
    # `before` and `after` hold the wards that an import changed, as JSON, null where nothing was known;
    # the newest is undone first.
    """
    CREATE TABLE ward_imports (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        account TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('made', 'undone'))
    )
    """,
    "CREATE INDEX ward_imports_by_time ON ward_imports (at)",
)
