"""The forms of what files and the service bring: what has none is not kept, shown or written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, timezone

# The name of a voice in manifests and lockfile; a family may take fewer.
NAME_PATTERN = re.compile(r"[A-Za-z0-9_]{1,16}")
MAX_NAME_CHARACTERS = 16

# No document states the zone of the service's clock; eleven public stamps fit UTC+8 and not UTC.
ACCOUNT_ZONE = timezone(timedelta(hours=8))

# What lies outside is no time of a voice, and near the ends of the calendar no sum with it is one.
_YEARS = range(2000, 2200)
_VOICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_RECORD_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,16}([-_][A-Za-z0-9]{1,8}){0,3}")
# A digest is only compared, so that one with other digits equals none.
_DIGEST = re.compile(r"sha256:[0-9a-f]{1,64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CREATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def find_misfit(
    texts: Iterable[tuple[str, str | None, Callable[[str], bool]]],
) -> tuple[str, str] | None:
    """Give the first of some texts that does not have its form, with its key; None if all have.

    None among them stands for a text that is not there.
    """
    misfits = (
        (key, text) for key, text, has_form in texts if text is not None and not has_form(text)
    )
    return next(misfits, None)


def is_name(text: str) -> bool:
    """Tell whether the text can be the name of a voice in manifests and lockfile."""
    return NAME_PATTERN.fullmatch(text) is not None


def is_voice_id(text: str) -> bool:
    """Tell whether the text can be a voice's name at all: printable, short, no path, no space."""
    return _VOICE_ID.fullmatch(text) is not None


def is_record_id(text: str) -> bool:
    """Tell whether the text can tell a record of the journal from others."""
    return _RECORD_ID.fullmatch(text) is not None


def is_model(text: str) -> bool:
    """Tell whether the text can be a model's name."""
    return _MODEL.fullmatch(text) is not None


def is_language(text: str) -> bool:
    """Tell whether the text can be a language's code, or its English name."""
    return _LANGUAGE.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Tell whether the text can be the digest of a spec."""
    return _DIGEST.fullmatch(text) is not None


def is_day(text: str) -> bool:
    """Tell whether the text is a day of these centuries, like 2026-11-01."""
    return read_day(text) is not None


def is_created(text: str) -> bool:
    """Tell whether the text is a time as the service writes it, like 2026-11-01 10:28:00."""
    return read_created_at(text) is not None


def read_day(text: str) -> date | None:
    """Read a day; None if it is none."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and day.year in _YEARS else None


def read_created_at(text: str) -> datetime | None:
    """Read a time as the service writes it, without a zone; None if it is none."""
    return read_account_time(text) if _CREATED.fullmatch(text) else None


def read_account_time(text: str) -> datetime | None:
    """Read an ISO time of the service's clock, which has no zone; None if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is not None or moment.year not in _YEARS:
        return None
    return moment.replace(tzinfo=ACCOUNT_ZONE)


def read_time(text: str) -> datetime | None:
    """Read an ISO time that has its zone; None if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and moment.year in _YEARS else None
