"""A voice as the service lists it, and what its generated name tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from voiceops.core.forms import read_account_time, read_created_at
from voiceops.core.spec import Spec

_VOICE_NAME = re.compile(r"qwen-tts-vd-([A-Za-z0-9_]{1,16})-voice-([0-9]{14,17})-[0-9a-f]{4}")


@dataclass(frozen=True, slots=True)
class VoiceName:
    """The parts of a generated name: what was preferred, and when it was made (None: no date)."""

    preferred_name: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class LiveVoice:
    """A voice that the service lists.

    `spec` is what the service echoes, normalised; None if it did not tell the prompt or the
    preview text. `created` is `gmt_create` verbatim, empty if it was not told. `former_spec` is the
    digest that an older lockfile has of this spec, empty if it has none but that of today.
    """

    voice_id: str
    spec: Spec | None
    target_model: str = ""
    language: str = ""
    created: str = ""
    former_spec: str = ""

    @property
    def preferred_name(self) -> str | None:
        """The name it was asked for under, or None if its name is not of our family's pattern."""
        name = parse_voice_name(self.voice_id)
        return name.preferred_name if name else None


@lru_cache(maxsize=16384)
def parse_voice_name(voice_id: str) -> VoiceName | None:
    """Read a generated name; None if it is not one of a designed voice.

    The stamp has 14 digits in the reference and 17 (milliseconds) in every name seen in public.
    """
    match = _VOICE_NAME.fullmatch(voice_id)
    if match is None:
        return None
    return VoiceName(match[1], _read_stamp(match[2]))


def read_created(voice_id: str, created: str) -> datetime | None:
    """Tell when a voice was made: from `gmt_create`, else from the stamp in its name, else None."""
    moment = read_created_at(created)
    if moment:
        return moment
    name = parse_voice_name(voice_id)
    return name.created_at if name else None


def _read_stamp(digits: str) -> datetime | None:
    second = read_account_time(f"{digits[:8]}T{digits[8:14]}")
    return second and second + timedelta(milliseconds=int(digits[14:].ljust(3, "0")))
