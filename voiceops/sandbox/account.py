"""What an account holds: its voices, what was billed, and what was said with them."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from voiceops.sandbox.script import Order

TABLES = (
    """CREATE TABLE voices (
        number INTEGER PRIMARY KEY,
        voice TEXT NOT NULL UNIQUE,
        target_model TEXT NOT NULL,
        language TEXT NOT NULL,
        voice_prompt TEXT NOT NULL,
        preview_text TEXT NOT NULL,
        gmt_create TEXT NOT NULL,
        gmt_modified TEXT NOT NULL,
        last_used TEXT NOT NULL
    )""",
    "CREATE INDEX voices_by_age ON voices (gmt_create, number)",
    "CREATE INDEX voices_by_use ON voices (last_used)",
    """CREATE TABLE bills (
        number INTEGER PRIMARY KEY,
        item TEXT NOT NULL,
        voice TEXT NOT NULL,
        count INTEGER NOT NULL,
        billed_at TEXT NOT NULL,
        is_reply_lost INTEGER NOT NULL
    )""",
    "CREATE INDEX bills_by_voice ON bills (voice)",
    """CREATE TABLE recordings (
        id TEXT PRIMARY KEY,
        voice TEXT NOT NULL,
        description TEXT NOT NULL,
        text TEXT NOT NULL,
        expires_at INTEGER NOT NULL
    )""",
    "CREATE TABLE clock (ahead_s INTEGER NOT NULL)",
    "INSERT INTO clock VALUES (0)",
)

END_OF_TIME = "9999-12-31 23:59:59"

_FIND_VOICE = """
    SELECT voice, target_model, language, voice_prompt, preview_text, gmt_create, gmt_modified
    FROM voices WHERE voice = ?"""
_LIST_VOICES = """
    SELECT voice, target_model, language, voice_prompt, preview_text, gmt_create, gmt_modified
    FROM voices WHERE gmt_create <= ? ORDER BY """
_ORDERS = {
    Order.NEWEST: "gmt_create DESC, number DESC",
    Order.OLDEST: "gmt_create, number",
    Order.NAME: "voice",
    Order.SHUFFLED: "random()",
}
_ADD_VOICE = """
    INSERT INTO voices
    (voice, target_model, language, voice_prompt, preview_text, gmt_create, gmt_modified,
     last_used)
    VALUES
    (:voice, :target_model, :language, :voice_prompt, :preview_text, :gmt_create, :gmt_modified,
     :gmt_create)"""

_CLEAR = (
    "DELETE FROM voices",
    "DELETE FROM bills",
    "DELETE FROM recordings",
    "UPDATE clock SET ahead_s = 0",
)


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice as the service keeps and shows it.

    The fields have the names of the wire; times are `YYYY-MM-DD HH:MM:SS` in UTC+8.
    """

    voice: str
    target_model: str
    language: str
    voice_prompt: str
    preview_text: str
    gmt_create: str
    gmt_modified: str


@dataclass(frozen=True, slots=True)
class Bill:
    """One charge: `item` is the model that was paid for, `billed_at` as in a voice.

    `count` is 1 for a voice that was made, and the characters for what was said with it.
    """

    item: str
    voice: str
    billed_at: str
    count: int = 1
    is_reply_lost: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """What was said, for whoever downloads it until `expires_at`, in seconds of the epoch."""

    id: str
    voice: str
    description: str
    text: str
    expires_at: int


class Account:
    """The account within one transaction; it is worth nothing after that."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def count_voices(self, *, made_until: str = END_OF_TIME) -> int:
        """Count the voices of the account, or those that are older than a moment."""
        statement = "SELECT count(*) FROM voices WHERE gmt_create <= ?"
        (count,) = self._connection.execute(statement, (made_until,)).fetchone()
        return int(count)

    def find_voice(self, voice: str) -> Voice | None:
        """Look a voice up by its name."""
        row = self._connection.execute(_FIND_VOICE, (voice,)).fetchone()
        return Voice(*row) if row else None

    def list_voices(
        self, *, skip: int, take: int, order: Order = Order.NEWEST, made_until: str = END_OF_TIME
    ) -> tuple[Voice, ...]:
        """List some voices; of one second, the one that was made last counts as the newest."""
        statement = _LIST_VOICES + _ORDERS[order] + " LIMIT ? OFFSET ?"
        rows = self._connection.execute(statement, (made_until, take, skip))
        return tuple(Voice(*row) for row in rows)

    def add_voice(self, voice: Voice) -> None:
        """Keep a voice."""
        self._connection.execute(_ADD_VOICE, asdict(voice))

    def remove_voice(self, voice: str) -> bool:
        """Remove a voice, and tell whether it was there; its bill stays."""
        removed = self._connection.execute("DELETE FROM voices WHERE voice = ?", (voice,))
        return removed.rowcount == 1

    def remove_matching(self, glob: str) -> None:
        """Remove the voices whose names match."""
        for (voice,) in self._connection.execute("SELECT voice FROM voices").fetchall():
            if fnmatchcase(voice, glob):
                self.remove_voice(voice)

    def remove_idle(self, used_before: str) -> tuple[str, ...]:
        """Remove the voices that were neither made nor used since; gives their names, sorted."""
        idle = "SELECT voice FROM voices WHERE last_used < ? ORDER BY voice"
        voices = tuple(voice for (voice,) in self._connection.execute(idle, (used_before,)))
        self._connection.execute("DELETE FROM voices WHERE last_used < ?", (used_before,))
        return voices

    def use(self, voice: str, *, at: str) -> None:
        """Note that somebody spoke with a voice."""
        self._connection.execute("UPDATE voices SET last_used = ? WHERE voice = ?", (at, voice))

    def add_bill(self, bill: Bill) -> None:
        """Put a charge into the ledger."""
        self._connection.execute(
            "INSERT INTO bills (item, voice, billed_at, count, is_reply_lost)"
            " VALUES (:item, :voice, :billed_at, :count, :is_reply_lost)",
            asdict(bill),
        )

    def was_billed(self, voice: str) -> bool:
        """Tell whether a voice of that name was ever made."""
        statement = "SELECT 1 FROM bills WHERE voice = ?"
        return self._connection.execute(statement, (voice,)).fetchone() is not None

    def list_bills(self) -> tuple[Bill, ...]:
        """List all that was billed, in the order of billing."""
        rows = self._connection.execute(
            "SELECT item, voice, billed_at, count, is_reply_lost FROM bills ORDER BY number"
        )
        return tuple(
            Bill(item, voice, billed_at, count, is_reply_lost=bool(is_reply_lost))
            for item, voice, billed_at, count, is_reply_lost in rows
        )

    def add_recording(self, recording: Recording, *, now: int) -> None:
        """Keep what was said, and forget what expired."""
        self._connection.execute("DELETE FROM recordings WHERE expires_at < ?", (now,))
        self._connection.execute(
            "INSERT INTO recordings VALUES (:id, :voice, :description, :text, :expires_at)",
            asdict(recording),
        )

    def find_recording(self, recording_id: str) -> Recording | None:
        """Look up what was said; None if it is forgotten."""
        statement = "SELECT id, voice, description, text, expires_at FROM recordings WHERE id = ?"
        row = self._connection.execute(statement, (recording_id,)).fetchone()
        return Recording(*row) if row else None

    def read_clock(self) -> int:
        """Tell how many seconds the account's clock is ahead."""
        (ahead_s,) = self._connection.execute("SELECT ahead_s FROM clock").fetchone()
        return int(ahead_s)

    def advance_clock(self, seconds: int) -> None:
        """Put the account's clock ahead."""
        self._connection.execute("UPDATE clock SET ahead_s = ahead_s + ?", (seconds,))

    def clear(self) -> None:
        """Forget everything; the clock is right again."""
        for statement in _CLEAR:
            self._connection.execute(statement)
