"""What an account holds: its voices, and the ledger of what was billed for them."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass

TABLES = (
    """CREATE TABLE voices (
        number INTEGER PRIMARY KEY,
        voice TEXT NOT NULL UNIQUE,
        target_model TEXT NOT NULL,
        language TEXT NOT NULL,
        voice_prompt TEXT NOT NULL,
        preview_text TEXT NOT NULL,
        gmt_create TEXT NOT NULL,
        gmt_modified TEXT NOT NULL
    )""",
    """CREATE TABLE bills (
        number INTEGER PRIMARY KEY,
        item TEXT NOT NULL,
        voice TEXT NOT NULL UNIQUE,
        billed_at TEXT NOT NULL
    )""",
)

_FIND_VOICE = """
    SELECT voice, target_model, language, voice_prompt, preview_text, gmt_create, gmt_modified
    FROM voices WHERE voice = ?"""
_LIST_VOICES = """
    SELECT voice, target_model, language, voice_prompt, preview_text, gmt_create, gmt_modified
    FROM voices ORDER BY gmt_create DESC, number DESC LIMIT ? OFFSET ?"""
_ADD_VOICE = """
    INSERT INTO voices
    (voice, target_model, language, voice_prompt, preview_text, gmt_create, gmt_modified)
    VALUES
    (:voice, :target_model, :language, :voice_prompt, :preview_text, :gmt_create, :gmt_modified)"""


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
    """One charge: `item` is the model that was paid for, `billed_at` as in a voice."""

    item: str
    voice: str
    billed_at: str


class Account:
    """The account within one transaction; it is worth nothing after that."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def count_voices(self) -> int:
        """Count the voices of the account."""
        (count,) = self._connection.execute("SELECT count(*) FROM voices").fetchone()
        return int(count)

    def find_voice(self, voice: str) -> Voice | None:
        """Look a voice up by its name."""
        row = self._connection.execute(_FIND_VOICE, (voice,)).fetchone()
        return Voice(*row) if row else None

    def list_voices(self, *, skip: int, take: int) -> tuple[Voice, ...]:
        """List some voices, newest first; of one second, the one that was made last first."""
        rows = self._connection.execute(_LIST_VOICES, (take, skip))
        return tuple(Voice(*row) for row in rows)

    def add_voice(self, voice: Voice, *, item: str) -> None:
        """Keep a voice, and bill it under the item."""
        self._connection.execute(_ADD_VOICE, asdict(voice))
        self._connection.execute(
            "INSERT INTO bills (item, voice, billed_at) VALUES (?, ?, ?)",
            (item, voice.voice, voice.gmt_create),
        )

    def remove_voice(self, voice: str) -> bool:
        """Remove a voice, and tell whether it was there; its bill stays."""
        removed = self._connection.execute("DELETE FROM voices WHERE voice = ?", (voice,))
        return removed.rowcount == 1

    def was_billed(self, voice: str) -> bool:
        """Tell whether a voice of that name was ever made."""
        statement = "SELECT 1 FROM bills WHERE voice = ?"
        return self._connection.execute(statement, (voice,)).fetchone() is not None

    def list_bills(self) -> tuple[Bill, ...]:
        """List all that was billed, in the order of billing."""
        rows = self._connection.execute("SELECT item, voice, billed_at FROM bills ORDER BY number")
        return tuple(Bill(*row) for row in rows)

    def clear(self) -> None:
        """Forget all voices and all bills."""
        self._connection.execute("DELETE FROM voices")
        self._connection.execute("DELETE FROM bills")
