"""The models of the family, and the names of its voices."""

from __future__ import annotations

import re

# The models that take a design (user guide, 2026-09-28).
TARGET_MODELS = (
    "cosyvoice-v3-plus",
    "cosyvoice-v3-flash",
    "cosyvoice-v3.5-plus",
    "cosyvoice-v3.5-flash",
    "qwen-audio-3.0-tts-plus",
    "qwen-audio-3.0-tts-flash",
    "qwen-audio-3.1-tts-flash",
)

_ID = re.compile(r".+?-(?:vd-)?([A-Za-z0-9]{1,10})-[0-9a-f]{32}")


def name_design(target_model: str, prefix: str, tail: str) -> str:
    """Make the name of a designed voice; `tail` is 32 hex digits, and there is no time in it."""
    return f"{target_model}-vd-{prefix}-{tail}"


def name_clone(target_model: str, prefix: str, tail: str) -> str:
    """Make the name of a cloned voice, which lacks the mark of a design."""
    return f"{target_model}-{prefix}-{tail}"


def read_prefix(voice_id: str) -> str:
    """Read the prefix in a voice's name, of a design or a clone; empty if it is no such name."""
    match = _ID.fullmatch(voice_id)
    return match[1] if match else ""


def name_voice(voice_id: str) -> tuple[str, ...]:
    """Give a voice's name and the prefix in it, either of which a fault may match."""
    prefix = read_prefix(voice_id)
    return (voice_id, prefix) if prefix else (voice_id,)
