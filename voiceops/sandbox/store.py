"""The SQLite file that keeps the account, shared by threads and processes."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from voiceops.errors import FileUnusable
from voiceops.sandbox.account import TABLES, UPGRADES, Account

# The mark in the file's header that says whose database it is ("vops"), and of which version.
_APPLICATION_ID = 0x766F7073
_SCHEMA_VERSION = 3
_BUSY_TIMEOUT_S = 10.0

_REMOVE_IT = (
    "remove the file, or move it away, and the sandbox starts anew; its voices cost nothing"
)
_LOOK_AT_IT = "check that the folder can be written and that no other program holds the file"


def _refuse_special(database: Path) -> None:
    """Raise OSError unless the database is a file of its own, or not there yet.

    SQLite follows a link, and refuses one for the files that it keeps beside the database.
    """
    if database.is_symlink() or (database.exists() and not database.is_file()):
        raise OSError(errno.EINVAL, "it is not a regular file", str(database))


class Store:
    """An account in a file, or in memory (`None`).

    Every block is one transaction: threads take turns here, processes at SQLite's lock, for
    which a block waits up to 10 s. Raises FileUnusable whenever the file does not serve; then
    nothing of the block was done.
    """

    def __init__(self, database: Path | None) -> None:
        self._place = str(database) if database else ":memory:"
        self._lock = threading.Lock()
        with self._translated():
            if database:
                database.parent.mkdir(parents=True, exist_ok=True)
                _refuse_special(database)
            self._connection = sqlite3.connect(
                self._place,
                timeout=_BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
            )
        try:
            self._prepare()
        except FileUnusable:
            self._connection.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Account]:
        """See the account as it is at one moment."""
        with self._transaction("BEGIN"):
            yield Account(self._connection)

    @contextmanager
    def write(self) -> Iterator[Account]:
        """Change the account; the changes of a block that raises are undone."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield Account(self._connection)

    def close(self) -> None:
        """Give the file back; doing it twice is no error."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self._lock, self._translated(), self._connection:
            self._connection.execute(begin)
            yield

    def _prepare(self) -> None:
        with self._transaction("BEGIN"):
            self._read_version()  # a file that is not ours must not be touched
        with self._translated():
            # Where two processes open a new file at once, SQLite refuses the switch to one of
            # them without waiting. The mode belongs to the file, so the other one's switch counts.
            with suppress(sqlite3.OperationalError):
                self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
        with self._transaction("BEGIN IMMEDIATE"):
            version = self._read_version()
            if version == _SCHEMA_VERSION:
                return
            for statement in UPGRADES[version] if version else TABLES:
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            self._connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")

    def _read_version(self) -> int | None:
        """Tell the version of the database, one that can be read or upgraded; None if it is empty.

        Raises FileUnusable if it is not one of ours. In a transaction: the three answers must be
        of one moment.
        """
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (application_id,) = self._connection.execute("PRAGMA application_id").fetchone()
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if not tables and not application_id and not version:
            return None
        if application_id != _APPLICATION_ID:
            raise FileUnusable(f"{self._place}: not a database of the sandbox", hint=_REMOVE_IT)
        if version not in {_SCHEMA_VERSION, *UPGRADES}:
            raise FileUnusable(
                f"{self._place}: the sandbox's database has version {version}; this voiceops "
                f"reads version {_SCHEMA_VERSION}",
                hint=_REMOVE_IT,
            )
        return int(version)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.OperationalError) as error:
            what = error.strerror if isinstance(error, OSError) else str(error)
            raise FileUnusable(
                f"{self._place}: cannot be used: {what}", hint=_LOOK_AT_IT
            ) from error
        except sqlite3.Error as error:
            raise FileUnusable(f"{self._place}: {error}", hint=_REMOVE_IT) from error
