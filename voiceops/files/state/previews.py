"""Previews: the audio that comes only once, with the create."""

from __future__ import annotations

from pathlib import Path

from voiceops.core.desired import Desired
from voiceops.effects import Effects
from voiceops.files.atomic import replace_file
from voiceops.files.write_errors import writing


def find_preview(state_dir: Path, voice_id: str) -> Path | None:
    """Find the preview of a voice, whatever its name was then; None if this machine has none."""
    return next(iter(sorted(state_dir.glob(f"previews/*/{voice_id}.*"))), None)


def save_preview(
    state_dir: Path, desired: Desired, voice_id: str, audio: bytes, *, effects: Effects
) -> Path:
    """Write a preview under its voice's name, in a folder of the declared name.

    Each voice has a preview of its own, so none is ever written over. Raises FileUnusable; the
    voice is paid for anyway.
    """
    folder = state_dir / "previews" / desired.name
    path = folder / f"{voice_id}.{desired.response_format}"
    with writing(path):
        effects.make_dir(folder)
        replace_file(path, audio, effects=effects, mode=0o644)
    return path
