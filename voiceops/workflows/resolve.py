"""What an application asks: which voice a name stands for, and which model speaks with it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

LOCKFILE = "voiceops.lock"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A name with the voice that it stands for; speech must be asked of `target_model`."""

    name: str
    voice: str
    target_model: str
    language: str


def resolve(name: str, *, lockfile: str | os.PathLike[str] = LOCKFILE) -> Resolved:
    """Look a name up in a lockfile; nothing is asked of the service.

    Raises FileUnusable or LockfileInvalid if the file cannot be read, NameUnknown if it does not
    have the name.
    """
    (found,) = resolve_all((name,), Path(lockfile))
    return found


def resolve_all(names: tuple[str, ...], lockfile: Path) -> tuple[Resolved, ...]:
    """Look names up, in their order; all that are locked, sorted, if none is given."""
    from difflib import get_close_matches

    from voiceops.errors import FileUnusable, NameUnknown
    from voiceops.files.lockfile.lockfile import read_lock

    if not lockfile.exists():
        hint = "run `voiceops apply` first, or name the lockfile's environment"
        raise FileUnusable(f"{lockfile}: there is no such lockfile", hint=hint)
    voices = read_lock(lockfile).voices
    for name in names:
        if name not in voices:
            close = get_close_matches(name, voices, n=1)
            hint = f"did you mean {close[0]}?" if close else "see `voiceops resolve` without a name"
            raise NameUnknown(f"{lockfile.name}: no voice is locked under {name!r}", hint=hint)
    return tuple(
        Resolved(name, entry.voice_id, entry.target_model, entry.language)
        for name in names or sorted(voices)
        for entry in (voices[name],)
    )
