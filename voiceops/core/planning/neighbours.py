"""The other environments of the account: what they give up, take, and would pay for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from voiceops.core.desired import Desired
from voiceops.core.lock import LockEntry
from voiceops.core.plan import Action, Change, Reason
from voiceops.core.voice import LiveVoice


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another environment that may share the account: its lockfile, and what it declares.

    `desired` is None if its manifests cannot be read. They are read only where a plan depends on
    them; who reads them says when.
    """

    name: str
    voices: tuple[tuple[str, LockEntry], ...]
    desired: tuple[Desired, ...] | None
    deposed: frozenset[str] = frozenset()

    @property
    def given_up(self) -> tuple[tuple[str, LockEntry], ...]:
        """List what it has locked and no longer declares; nothing if that cannot be seen."""
        if self.desired is None:
            return ()
        declared = {name for one in self.desired for name in (one.name, *one.aliases)}
        return tuple((name, entry) for name, entry in self.voices if name not in declared)


def gives_up(neighbours: Iterable[Neighbour], voice_id: str) -> bool:
    """Tell whether another environment has a voice that it no longer declares, or has deposed."""
    holders = [one for one in neighbours if any(e.voice_id == voice_id for _, e in one.voices)]
    if not holders:
        return any(voice_id in one.deposed for one in neighbours)
    return all(any(entry.voice_id == voice_id for _, entry in one.given_up) for one in holders)


def say_holder(neighbours: Iterable[Neighbour], voice_id: str) -> str:
    """Say who has a voice; empty if no neighbour has."""
    for one in neighbours:
        for name, entry in one.voices:
            if entry.voice_id == voice_id:
                unseen = ", whose manifests cannot be read" if one.desired is None else ""
                return f"{name} in the environment {one.name}{unseen}"
    return ""


def is_protected_there(neighbours: Iterable[Neighbour], voice_id: str) -> bool:
    """Tell whether another environment has a voice locked as protected."""
    return any(
        entry.protect for one in neighbours for _, entry in one.voices if entry.voice_id == voice_id
    )


def is_wanted_there(neighbours: Iterable[Neighbour], voice: LiveVoice) -> bool:
    """Tell whether another environment declares a voice that nobody has, or may: it takes it."""
    return any(
        one.desired is None or any(_would_take(one, desired, voice) for desired in one.desired)
        for one in neighbours
    )


def _would_take(neighbour: Neighbour, desired: Desired, voice: LiveVoice) -> bool:
    is_named = voice.preferred_name in desired.sent_names
    is_twin = is_named and desired.seen == voice.spec and _would_pay(neighbour, desired)
    return is_twin or desired.adopt == voice.voice_id


def is_adopted(neighbours: Iterable[Neighbour], voice_id: str) -> bool:
    """Tell whether the manifest of another environment adopts a voice."""
    return any(desired.adopt == voice_id for one in neighbours for desired in one.desired or ())


def find_offers(neighbours: Iterable[Neighbour], desired: Desired) -> Iterator[tuple[str, str]]:
    """Find voices that another environment gives up and that are just what is declared here.

    Gives each one's environment and voice.
    """
    for one in neighbours:
        for _, entry in one.given_up:
            if entry.spec == desired.spec.digest:
                yield one.name, entry.voice_id


def decide_parting(neighbours: Iterable[Neighbour], name: str, entry: LockEntry) -> Change | None:
    """Decide a voice that nobody declares here, if another environment has a say in it."""
    for one in neighbours:
        if one.desired is None:
            message = f"whether the environment {one.name} takes it cannot be seen"
            return _doubt(name, entry, message, f"mend the manifests of {one.name} first")
        for desired in one.desired:
            if desired.adopt == entry.voice_id:
                if entry.protect and desired.protect is None:
                    message = (
                        f"it is protected, and {desired.name} in the environment {one.name}, which "
                        "takes it, does not say whether it stays so"
                    )
                    return _doubt(
                        name,
                        entry,
                        message,
                        f"write `protect: true` there, or apply {one.name} first",
                    )
                message = f"the environment {one.name} takes it, as {desired.name}"
                return Change(
                    Action.FORGET, Reason.MOVED, name, voice=entry.voice_id, message=message
                )
            if desired.spec.digest == entry.spec and _would_pay(one, desired):
                message = f"{desired.name} in the environment {one.name} is just this voice"
                hint = (
                    f"to move it there, free of charge, write `adopt: {entry.voice_id}` there; "
                    f"otherwise apply {one.name} first, with --replace {desired.name}, which pays "
                    "for another one"
                )
                return _doubt(name, entry, message, hint)
    return None


def _would_pay(neighbour: Neighbour, desired: Desired) -> bool:
    locked = dict(neighbour.voices).get(desired.name)
    return desired.adopt is None and (locked is None or locked.spec != desired.spec.digest)


def _doubt(name: str, entry: LockEntry, message: str, hint: str) -> Change:
    return Change(
        Action.PROBLEM, Reason.MOVED, name, voice=entry.voice_id, message=message, hint=hint
    )
