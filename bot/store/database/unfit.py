"""Why a file cannot be used as the database, and what to do: for who starts the service or types a
command."""

from __future__ import annotations

import errno
import sqlite3

from bot.store.database.interface import DatabaseFault, DatabaseUnfit

LOCKED = (
    "chương trình khác đang giữ tệp {name} (đã đợi 10 giây). Đóng chương trình đó (công cụ xem SQLite, "
    "lệnh vneid-bot khác đang chạy dở) rồi thử lại."
)
NO_DATABASE = (
    "tệp {name} không phải cơ sở dữ liệu SQLite, hoặc đã hỏng. Xem lại `database` trong config.yaml; nếu "
    "đúng tệp thì dời nó đi và lấy lại từ bản sao lưu: vneid-bot restore BẢN_SAO_LƯU {name}"
)
CLOSED = (
    "không mở hoặc không ghi được tệp {name}. Người chạy lệnh này phải có quyền ghi tệp đó, các tệp -wal, "
    "-shm và thư mục chứa nó; `database` trong config.yaml phải là tên tệp, không phải thư mục."
)
FULL = "ổ đĩa chứa {name} đã đầy. Xóa bớt (nhật ký, bản sao lưu cũ) rồi thử lại; dữ liệu đã ghi vẫn còn."
DISK = "ổ đĩa chứa {name} báo lỗi khi đọc hoặc ghi (đầy, hỏng hoặc mất kết nối). Kiểm tra ổ đĩa rồi thử lại."
REASONS = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_PROTOCOL: LOCKED,
    sqlite3.SQLITE_NOTADB: NO_DATABASE,
    sqlite3.SQLITE_CORRUPT: NO_DATABASE,
    sqlite3.SQLITE_READONLY: CLOSED,
    sqlite3.SQLITE_CANTOPEN: CLOSED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: DISK,
}
OF_SYSTEM = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EIO: DISK}


def unfit(name: str, error: BaseException) -> DatabaseUnfit | None:
    """What to tell of *error*, met while the file *name* was opened or used; None when it is a fault of
    the program and no state of the file."""
    match error:
        case DatabaseFault():
            return unfit(name, error.__cause__) if error.__cause__ else None
        case sqlite3.DatabaseError():
            reason = REASONS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        case OSError():
            reason = OF_SYSTEM.get(error.errno or 0, CLOSED)
        case _:
            reason = None
    return DatabaseUnfit(reason.format(name=name)) if reason else None
