"""What belongs to the other environments of the repository: from their lockfiles and journals."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from voiceops.core.facts import Claims
from voiceops.effects import Effects
from voiceops.files.journal import Journal
from voiceops.files.lockfile import read_lock


def read_claims(
    lockfiles: Iterable[Path], journals: Iterable[Path], *, effects: Effects, settle_s: float
) -> Claims:
    """Join what the other environments name, or may have made; a broken file is an error.

    Read it after a listing: whatever the listing shows was announced in a journal before.
    """
    locks = [read_lock(path) for path in sorted(lockfiles)]
    memories = [
        Journal(path, effects=effects, settle_s=settle_s).recall() for path in sorted(journals)
    ]
    named = {entry.voice_id for lock in locks for entry in lock.voices.values()}
    made = {voice_id for memory in memories for _, voice_id in memory.results}
    return Claims(
        frozenset(named | made),
        frozenset(voice_id for lock in locks for voice_id in lock.deposed),
        tuple(intent for memory in memories for intent in memory.intents),
    )
