"""What is undone first is a matter of order, not of clocks: a clock may be set back."""

from __future__ import annotations

UNDO = (
    # The first, second, … change of an entry that was made at the desk.
    "ALTER TABLE faq_changes ADD COLUMN nth INTEGER NOT NULL DEFAULT 1",
    """
    UPDATE faq_changes SET nth = (
        SELECT COUNT(*) FROM faq_changes AS c
        WHERE c.entry = faq_changes.entry AND (c.at, c.id) <= (faq_changes.at, faq_changes.id))
    """,
    "DROP INDEX faq_changes_by_entry",
    "CREATE INDEX faq_changes_by_entry ON faq_changes (entry, nth, id)",
    # The first, second, … import of figures.
    "ALTER TABLE ward_imports ADD COLUMN nth INTEGER NOT NULL DEFAULT 1",
    """
    UPDATE ward_imports SET nth = (
        SELECT COUNT(*) FROM ward_imports AS i
        WHERE (i.at, i.id) <= (ward_imports.at, ward_imports.id))
    """,
    "DROP INDEX ward_imports_by_time",
    "CREATE INDEX ward_imports_in_order ON ward_imports (nth, id)",
)
