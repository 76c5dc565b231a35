"""What the lockfile says, and every way in which it may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from voiceops.core.forms import (
    find_misfit,
    is_created,
    is_day,
    is_digest,
    is_language,
    is_model,
    is_name,
    is_voice_id,
)
from voiceops.core.voice import LiveVoice

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LockEntry:
    """The voice that a name stands for.

    `spec` is the digest of what was sent; `observed` the digest of what the service echoed and
    `created` its `gmt_create`, verbatim; both None until a listing showed them. `last_used` is a
    date (YYYY-MM-DD) on which somebody spoke with the voice through voiceops, None if never.
    """

    voice_id: str
    target_model: str
    language: str
    spec: str
    observed: str | None = None
    created: str | None = None
    last_used: str | None = None
    protect: bool = False

    def find_misfit(self) -> tuple[str, str] | None:
        """Give the key and the text that does not have its form; None if all have theirs."""
        return find_misfit(
            (
                ("voice", self.voice_id, is_voice_id),
                ("target_model", self.target_model, is_model),
                ("language", self.language, is_language),
                ("spec", self.spec, is_digest),
                ("observed", self.observed, is_digest),
                ("created", self.created, is_created),
                ("last_used", self.last_used, is_day),
            )
        )


class Why(StrEnum):
    """Why a voice of ours is to go: another took its name, or nobody declares it."""

    REPLACED = "replaced"
    REMOVED = "removed"
    UNMANAGED = "unmanaged"


@dataclass(frozen=True, slots=True)
class Deposed:
    """A voice that nobody is to use any more and that is not deleted yet.

    `name` is the one it bore, `observed` what was observed of it. `since` is the day
    (YYYY-MM-DD, in the account's time zone) from which it waits; None until it is written down.
    """

    name: str
    observed: str | None = None
    since: str | None = None
    why: Why = Why.REPLACED

    def find_misfit(self) -> tuple[str, str] | None:
        """Give the key and the text that does not have its form; None if all have theirs."""
        return find_misfit(
            (
                ("name", self.name, is_name),
                ("observed", self.observed, is_digest),
                ("since", self.since, is_day),
            )
        )


@dataclass(frozen=True, slots=True)
class Lock:
    """Voices by name, and deposed voices by voice name. A change makes a new Lock."""

    voices: Mapping[str, LockEntry] = field(default_factory=dict)
    deposed: Mapping[str, Deposed] = field(default_factory=dict)

    def put(self, name: str, entry: LockEntry, *, depose: bool) -> Lock:
        """Let the name stand for this voice, which is then deposed no more.

        The voice that the name stood for before is deposed in the same step if `depose`, and
        dropped otherwise: do that only if it is gone, or somebody else's, too.
        """
        before = self.voices.get(name)
        deposed = _without(self.deposed, entry.voice_id)
        if depose and before is not None and before.voice_id != entry.voice_id:
            deposed[before.voice_id] = Deposed(name, before.observed)
        return Lock({**self.voices, name: entry}, deposed)

    def voice_of(self, name: str) -> str:
        """Give the voice that a name stands for; empty if it stands for none."""
        return self.voices[name].voice_id if name in self.voices else ""

    def knows(self, voice_id: str) -> bool:
        """Tell whether a name stands for a voice, or it is deposed."""
        return bool(self.names_of(voice_id)) or voice_id in self.deposed

    def names_of(self, voice_id: str) -> list[str]:
        """List the names that stand for a voice, sorted; more than one after an odd merge."""
        return sorted(name for name, entry in self.voices.items() if entry.voice_id == voice_id)

    def move(self, names: Mapping[str, str]) -> Lock:
        """Move entries to other names, all at once and as they are; `names` maps old to new.

        What stood under a new name and does not move itself is dropped.
        """
        moved = {new: self.voices[old] for old, new in names.items()}
        stays = {name: entry for name, entry in self.voices.items() if name not in names}
        return Lock({**stays, **moved}, self.deposed)

    def depose(self, voice_id: str, deposed: Deposed) -> Lock:
        """Note a voice as ours, replaced, and still to be deleted."""
        return Lock(self.voices, {**self.deposed, voice_id: deposed})

    def release(self, name: str, voice_id: str) -> Lock:
        """Drop a name, if it stands for this very voice; what is deposed stays."""
        entry = self.voices.get(name)
        if entry is None or entry.voice_id != voice_id:
            return self
        return Lock(_without(self.voices, name), self.deposed)

    def stamp(self, day: str) -> Lock:
        """Write down the day (YYYY-MM-DD) from which voices wait that have none yet."""
        stamped = {
            voice_id: deposed if deposed.since else replace(deposed, since=day)
            for voice_id, deposed in self.deposed.items()
        }
        return Lock(self.voices, stamped)

    @property
    def is_stamped(self) -> bool:
        """Tell whether it is known of every deposed voice since when it waits."""
        return all(deposed.since for deposed in self.deposed.values())

    def drop_deposed(self, voice_id: str) -> Lock:
        """Drop a deposed voice; a name that stands for it stays."""
        return Lock(self.voices, _without(self.deposed, voice_id))

    def observe(self, name: str, live: LiveVoice) -> Lock:
        """Fill in what a listing shows of a name's voice; what was seen before stays.

        A digest of a former form is written in the one of today, and an echo that is what was
        declared after all takes the place of one that was not.
        """
        entry = self.voices[name]
        is_right = live.spec is not None and live.spec.digest == entry.spec
        is_unseen = is_right or entry.observed is None or entry.observed == live.former_spec
        seen = replace(
            entry,
            observed=live.spec.digest if is_unseen and live.spec else entry.observed,
            created=live.created or entry.created or None,
        )
        return self if seen == entry else Lock({**self.voices, name: seen}, self.deposed)

    def declare(self, name: str, spec: str) -> Lock:
        """Note the digest of a name's declaration; for one that says the same as before."""
        return Lock({**self.voices, name: replace(self.voices[name], spec=spec)}, self.deposed)

    def restate(self, former: Mapping[str, str]) -> Lock:
        """Give the lock with digests of today; `former` maps those of a former form to them."""
        if not former:
            return self
        voices = {
            name: replace(
                entry,
                spec=former.get(entry.spec, entry.spec),
                observed=entry.observed and former.get(entry.observed, entry.observed),
            )
            for name, entry in self.voices.items()
        }
        deposed = {
            voice_id: replace(one, observed=one.observed and former.get(one.observed, one.observed))
            for voice_id, one in self.deposed.items()
        }
        return Lock(voices, deposed)

    def use(self, voice_id: str, day: str) -> Lock:
        """Note the day (YYYY-MM-DD) on which somebody spoke with a voice; a later one stays."""
        voices = {
            name: replace(entry, last_used=max(day, entry.last_used or ""))
            if entry.voice_id == voice_id
            else entry
            for name, entry in self.voices.items()
        }
        return Lock(voices, self.deposed)

    def protect(self, name: str, protect: bool | None) -> Lock:
        """Copy a manifest's `protect`; None leaves what is there."""
        entry = self.voices[name]
        if protect is None or protect == entry.protect:
            return self
        return Lock({**self.voices, name: replace(entry, protect=protect)}, self.deposed)


def _without(items: Mapping[str, T], key: str) -> dict[str, T]:
    return {other: value for other, value in items.items() if other != key}
