"""Backups of the SQLite file: made while the service writes, checked, encrypted, rotated; and the way
back, tried before it is needed. The format is in docs/backup.md.
"""

from __future__ import annotations


class BadBackup(Exception):
    """Why a backup cannot be made or used, in Vietnamese, and what to do."""
