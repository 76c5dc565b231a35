"""Previews: the audio that comes only once, with the create."""

from __future__ import annotations

from pathlib import Path

from voiceops.core.desired import Desired
from voiceops.effects import Effects
from voiceops.files.writing import writing


def save_preview(state_dir: Path, desired: Desired, audio: bytes, *, effects: Effects) -> Path:
    """Write a preview under the name that the manifest declares, never one that a server chose.

    An older preview of that name is overwritten. Raises FileUnusable; the voice is paid for anyway.
    """
    path = state_dir / "previews" / f"{desired.name}.{desired.response_format}"
    with writing(path):
        effects.make_dir(path.parent)
        effects.write(path, audio, mode=0o644)
    return path
