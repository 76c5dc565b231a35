"""The voices of an account, and whose each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from voiceops.core.facts import Claims
from voiceops.core.lock import Lock
from voiceops.core.plan import FORMAT_VERSION
from voiceops.core.spec import Spec
from voiceops.core.voice import LiveVoice


class Owner(StrEnum):
    """Whose a live voice is, as far as the lockfiles of this repository tell."""

    MANAGED = "managed"
    DEPOSED = "deposed"
    SIBLING = "sibling"
    UNMANAGED = "unmanaged"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Listed:
    """One live voice; `name` is ours if it is managed, else the one in its generated name.

    A deposed voice waits for its deletion until `due_on`; None for all others.
    """

    voice: str
    name: str
    owner: Owner
    created: str
    language: str
    target_model: str
    spec: Spec | None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """All live voices, sorted by owner, name and voice."""

    environment: str
    endpoint: str
    voices: tuple[Listed, ...]
    format_version: int = FORMAT_VERSION
    kind: str = "list"


def take_inventory(
    environment: str,
    endpoint: str,
    live: Iterable[LiveVoice],
    lock: Lock,
    claims: Claims,
    *,
    due: Mapping[str, date],
) -> Inventory:
    """Say of every live voice whose it is; `due` tells from when deposed voices may be deleted."""
    names = {entry.voice_id: name for name, entry in sorted(lock.voices.items())}
    order = list(Owner)
    voices = sorted(
        (
            replace(_list_one(voice, names, lock, claims), due_on=due.get(voice.voice_id))
            for voice in live
        ),
        key=lambda listed: (order.index(listed.owner), listed.name, listed.voice),
    )
    return Inventory(environment, endpoint, tuple(voices))


def _list_one(voice: LiveVoice, names: dict[str, str], lock: Lock, claims: Claims) -> Listed:
    return Listed(
        voice=voice.voice_id,
        name=names.get(voice.voice_id) or voice.preferred_name or "",
        owner=_find_owner(voice, names, lock, claims),
        created=voice.created,
        language=voice.language,
        target_model=voice.target_model,
        spec=voice.spec,
    )


def _find_owner(voice: LiveVoice, names: dict[str, str], lock: Lock, claims: Claims) -> Owner:
    if voice.voice_id in names:
        return Owner.MANAGED
    if voice.voice_id in lock.deposed:
        return Owner.DEPOSED
    if voice.voice_id in claims.voices or voice.voice_id in claims.deposed:
        return Owner.SIBLING
    return Owner.UNMANAGED if voice.preferred_name is not None else Owner.FOREIGN
