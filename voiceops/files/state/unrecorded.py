"""What was paid for and is in no lockfile: from the journal and the emergency file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from voiceops.core.facts import Intent
from voiceops.core.forms import read_created_at
from voiceops.core.lock import Lock
from voiceops.files.lockfile.emergency import Kept, read_emergency
from voiceops.files.state.journal import Memory


def find_unrecorded(memory: Memory, lock: Lock, lockfile: Path, *, now: datetime) -> list[Intent]:
    """List the creates whose voices are known and not in the lockfile, each voice once.

    The emergency file tells when its voices were made only if they have no stamp: `now` is the
    latest.
    """
    found = {voice_id: replace(intent, made=voice_id) for intent, voice_id in memory.results}
    for kept in read_emergency(lockfile):
        found.setdefault(kept.entry.voice_id, _as_intent(kept, now))
    return [
        intent
        for voice_id, intent in found.items()
        if not lock.knows(voice_id) and voice_id not in memory.deleted
    ]


def _as_intent(kept: Kept, now: datetime) -> Intent:
    entry = kept.entry
    made = min(now, read_created_at(entry.created or "") or now)
    return Intent(
        id=f"kept-{entry.voice_id}",
        at=made,
        name=kept.name,
        spec=entry.spec,
        target_model=entry.target_model,
        language=entry.language,
        protect=entry.protect,
        before=frozenset(),
        made=entry.voice_id,
        told=made,
        saw=kept.saw,
        sent=kept.sent,
        seen=kept.seen,
    )
