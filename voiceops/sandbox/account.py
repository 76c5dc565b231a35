"""What an account holds: its voices, what was billed, and what was said with them."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from voiceops.sandbox.script import Family, Order

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
        last_used TEXT NOT NULL,
        family TEXT NOT NULL DEFAULT 'qwen',
        status TEXT NOT NULL DEFAULT 'OK',
        ready_at TEXT NOT NULL DEFAULT ''
    )""",
    "CREATE INDEX voices_by_age ON voices (family, gmt_create, number)",
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
        expires_at INTEGER NOT NULL,
        sample_rate_hz INTEGER NOT NULL DEFAULT 24000,
        response_format TEXT NOT NULL DEFAULT 'wav'
    )""",
    "CREATE TABLE clock (ahead_s INTEGER NOT NULL)",
    "INSERT INTO clock VALUES (0)",
)

# What makes a database of a version one of the next.
UPGRADES = {
    2: (
        "ALTER TABLE voices ADD COLUMN family TEXT NOT NULL DEFAULT 'qwen'",
        "ALTER TABLE voices ADD COLUMN status TEXT NOT NULL DEFAULT 'OK'",
        "ALTER TABLE voices ADD COLUMN ready_at TEXT NOT NULL DEFAULT ''",
        "DROP INDEX voices_by_age",
        "CREATE INDEX voices_by_age ON voices (family, gmt_create, number)",
        "ALTER TABLE recordings ADD COLUMN sample_rate_hz INTEGER NOT NULL DEFAULT 24000",
        "ALTER TABLE recordings ADD COLUMN response_format TEXT NOT NULL DEFAULT 'wav'",
    )
}

END_OF_TIME = "9999-12-31 23:59:59"
ALL = -1  # as SQLite says it

_FIND_VOICE = """
    SELECT voice, target_model, language, voice_prompt, preview_text, gmt_create, gmt_modified,
    family, status, ready_at
    FROM voices WHERE voice = ?"""
_LIST_VOICES = """
    SELECT voice, target_model, language, voice_prompt, preview_text, gmt_create, gmt_modified,
    family, status, ready_at
    FROM voices WHERE family = ? AND gmt_create <= ? ORDER BY """
_ORDERS = {
    Order.NEWEST: "gmt_create DESC, number DESC",
    Order.OLDEST: "gmt_create, number",
    Order.NAME: "voice",
    Order.SHUFFLED: "random()",
}
_ADD_VOICE = """
    INSERT INTO voices
    (voice, target_model, language, voice_prompt, preview_text, gmt_create, gmt_modified,
     last_used, family, status, ready_at)
    VALUES
    (:voice, :target_model, :language, :voice_prompt, :preview_text, :gmt_create, :gmt_modified,
     :gmt_create, :family, :status, :ready_at)"""

_CLEAR = (
    "DELETE FROM voices",
    "DELETE FROM bills",
    "DELETE FROM recordings",
    "UPDATE clock SET ahead_s = 0",
)


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice as the service keeps it; the fields have the names of the wire.

    Times are `YYYY-MM-DD HH:MM:SS` in UTC+8. `status` is what the review of the voice comes to, at
    `ready_at`; an empty `ready_at` is long past.
    """

    voice: str
    target_model: str
    language: str
    voice_prompt: str
    preview_text: str
    gmt_create: str
    gmt_modified: str
    family: Family = Family.QWEN
    status: str = "OK"
    ready_at: str = ""


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
    """What was said, for whoever downloads it; without a text it is silence of no length."""

    id: str
    voice: str
    description: str
    text: str
    sample_rate_hz: int
    response_format: str = "wav"


class Account:
    """The account within one transaction; it is worth nothing after that."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def count_voices(self, family: Family, *, made_until: str = END_OF_TIME) -> int:
        """Count the voices of a family, or those that are older than a moment."""
        statement = "SELECT count(*) FROM voices WHERE family = ? AND gmt_create <= ?"
        (count,) = self._connection.execute(statement, (family, made_until)).fetchone()
        return int(count)

    def find_voice(self, voice: str, family: Family) -> Voice | None:
        """Look a voice of a family up by its name."""
        row = self._connection.execute(_FIND_VOICE, (voice,)).fetchone()
        found = _read_voice(row) if row else None
        return found if found and found.family is family else None

    def list_voices(
        self,
        family: Family,
        *,
        skip: int = 0,
        take: int = ALL,
        order: Order = Order.NEWEST,
        made_until: str = END_OF_TIME,
    ) -> tuple[Voice, ...]:
        """List voices; of one second, the one that was made last counts as the newest."""
        statement = _LIST_VOICES + _ORDERS[order] + " LIMIT ? OFFSET ?"
        rows = self._connection.execute(statement, (family, made_until, take, skip))
        return tuple(map(_read_voice, rows))

    def add_voice(self, voice: Voice) -> None:
        """Keep a voice."""
        self._connection.execute(_ADD_VOICE, asdict(voice))

    def remove_voice(self, voice: str, family: Family) -> bool:
        """Remove a voice of a family, and tell whether it was there; its bill stays."""
        statement = "DELETE FROM voices WHERE voice = ? AND family = ?"
        return self._connection.execute(statement, (voice, family)).rowcount == 1

    def remove_matching(self, glob: str) -> None:
        """Remove the voices whose names match."""
        for (voice,) in self._connection.execute("SELECT voice FROM voices").fetchall():
            if fnmatchcase(voice, glob):
                self._connection.execute("DELETE FROM voices WHERE voice = ?", (voice,))

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

    def add_recording(self, recording: Recording, *, expires_at: int, now: int) -> None:
        """Keep what was said, and forget what expired; in seconds of the epoch."""
        self._connection.execute("DELETE FROM recordings WHERE expires_at < ?", (now,))
        self._connection.execute(
            "INSERT INTO recordings VALUES (:id, :voice, :description, :text, :expires_at,"
            " :sample_rate_hz, :response_format)",
            {**asdict(recording), "expires_at": expires_at},
        )

    def find_recording(self, recording_id: str, *, now: int) -> Recording | None:
        """Look up what was said; None if it is forgotten, or expired."""
        statement = (
            "SELECT id, voice, description, text, sample_rate_hz, response_format"
            " FROM recordings WHERE id = ? AND expires_at >= ?"
        )
        row = self._connection.execute(statement, (recording_id, now)).fetchone()
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


def _read_voice(row: tuple[Any, ...]) -> Voice:
    voice = Voice(*row)
    return replace(voice, family=Family(voice.family))
