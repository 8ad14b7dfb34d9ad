"""What must hold in every database of ours, whatever happened to it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.store.database import Transaction
from bot.store.staff import audit

# What is wrong when the statement finds rows; each names one of them as `what`.
RULES = (
    ("giờ hẹn có nhiều người hơn số chỗ", "SELECT id AS what FROM slots WHERE booked > capacity"),
    (
        "giờ hẹn đã giảm số chỗ mà chỗ dư vẫn còn trống",
        "SELECT id AS what FROM slots WHERE capacity > lowered_to AND booked < capacity",
    ),
    (
        "giờ hẹn có nhiều lịch hẹn hơn số chỗ đã ghi là có người",
        """
        SELECT s.id AS what FROM slots AS s
        WHERE s.booked < (SELECT COUNT(*) FROM bookings AS b
                          WHERE b.slot = s.id AND b.state IN ('held', 'booked', 'arrived'))
        """,
    ),
    (
        "một người có hai lịch hẹn cùng một việc",
        """
        SELECT MIN(code) AS what FROM bookings WHERE state IN ('held', 'booked', 'arrived')
        GROUP BY holder, service HAVING COUNT(*) > 1
        """,
    ),
    (
        "một số điện thoại được xác nhận có hai lịch hẹn cùng một việc",
        """
        SELECT MIN(code) AS what FROM bookings
        WHERE vouched <> '' AND holder NOT LIKE '%/%' AND state IN ('booked', 'arrived')
        GROUP BY vouched, service HAVING COUNT(*) > 1
        """,
    ),
    (
        "lịch hẹn không có giờ",
        "SELECT code AS what FROM bookings WHERE state IN ('held', 'booked') AND slot IS NULL",
    ),
    (
        "chỗ giữ tạm không có hạn",
        "SELECT code AS what FROM bookings WHERE state = 'held' AND held_until IS NULL",
    ),
    (
        "lịch hẹn ở trạng thái không thể có",
        """
        SELECT code AS what FROM bookings AS b
        WHERE NOT EXISTS (SELECT 1 FROM legal_moves AS m
                          WHERE m.before = b.before AND m.after = b.state)
        """,
    ),
    (
        "lời mời còn mở mà chỗ không còn để mời",
        """
        SELECT o.id AS what FROM offers AS o JOIN returned AS r ON r.id = o.returned
        WHERE o.state = 'open' AND r.state <> 'offered'
        """,
    ),
    (
        "tin đang gửi mà không biết ai gửi, đến bao giờ",
        """
        SELECT id AS what FROM outbox
        WHERE state = 'sending' AND (owner IS NULL OR lease_until IS NULL)
        """,
    ),
    (
        "tin đã gửi mà không có giờ gửi",
        "SELECT id AS what FROM outbox WHERE state = 'sent' AND sent_at IS NULL",
    ),
)


def faults(tx: Transaction) -> Iterator[str]:
    """What does not hold, one line each, in Vietnamese; nothing when all is well."""
    for name, sql in RULES:
        rows = tx.rows(sql)
        if rows:
            yield f"{name}: {len(rows)} ({rows[0]['what']}…)"
    yield from (f"nhật ký: {line}" for line in audit.faults(tx))
