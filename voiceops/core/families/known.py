"""The families there are, and which one a model or a voice belongs to."""

from __future__ import annotations

from functools import lru_cache

from voiceops.core.families.cosyvoice import COSYVOICE
from voiceops.core.families.family import Family, VoiceName
from voiceops.core.families.qwen import QWEN

FAMILIES: tuple[Family, ...] = (QWEN, COSYVOICE)


def family_of(target_model: str) -> Family | None:
    """Give the family that makes voices for a target model; None if none is known to."""
    return next((family for family in FAMILIES if family.takes(target_model)), None)


def family_of_voice(voice_id: str) -> Family | None:
    """Give the family that designed a voice, by its name; None if it is not of that form."""
    return next((family for family in FAMILIES if family.read_name(voice_id)), None)


def find_family(key: str) -> Family | None:
    """Give the family of this key."""
    return next((family for family in FAMILIES if family.key == key), None)


@lru_cache(maxsize=16384)
def parse_voice_name(voice_id: str) -> VoiceName | None:
    """Read a generated name; None if it is not one of a designed voice."""
    return next(filter(None, (family.read_name(voice_id) for family in FAMILIES)), None)
