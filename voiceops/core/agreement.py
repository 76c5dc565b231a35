"""Whether manifests and lockfile agree, as far as files can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from voiceops.core.desired import Desired
from voiceops.core.lock import Lock
from voiceops.errors import Fault, Place

_APPLY = "run `voiceops apply`, and commit the lockfile"


def find_disagreements(
    desired: Iterable[Desired], lock: Lock, *, lockfile: str, former: Mapping[str, str]
) -> list[Fault]:
    """List what an apply would still have to do: names not locked, edited, or not declared.

    Each has the place of its declaration; what is locked alone stands at the lockfile's first
    line. `former` is that of the manifests.
    """
    faults = []
    lock = lock.restate(former)
    wanted = set()
    for one in desired:
        wanted.add(one.name)
        entry = lock.voices.get(one.name)
        if entry is None:
            faults.append(Fault(one.place, f"{one.name} is not locked", _APPLY))
        elif entry.spec != one.spec.digest and not one.pin:
            faults.append(Fault(one.place, f"{one.name} was edited after it was locked", _APPLY))
    faults += [
        Fault(Place(lockfile, 1, 1), f"{name} is locked, and no manifest declares it", _APPLY)
        for name in sorted(lock.voices.keys() - wanted)
    ]
    return faults
