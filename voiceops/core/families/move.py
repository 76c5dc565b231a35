"""Declarations as if they were for another model: what a move would take, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voiceops.core.desired import Desired
from voiceops.core.families.fit import find_misfits, find_misplaced
from voiceops.core.families.known import family_of
from voiceops.core.settings import matches
from voiceops.errors import NOWHERE, Fault


def move(
    desired: Iterable[Desired], target_model: str, *, names: tuple[str, ...], endpoint: str
) -> tuple[tuple[Desired, ...], tuple[Fault, ...]]:
    """Declare voices for another model: those that the globs `names` match, all without any.

    Gives all declarations, and what of them the model's family does not take, sorted by place. A
    name that it does not take is sent in the form that is proposed for it.
    """
    moved: list[Desired] = []
    family = family_of(target_model)
    faults: list[Fault] = []
    if family is not None and target_model not in family.models:
        hint = f"one of {', '.join(family.models)}"
        message = f"target_model {target_model} is not one that voiceops knows"
        faults.append(Fault(NOWHERE, message, hint))
    for one in desired:
        if names and not matches(names, one.name):
            moved.append(one)
            continue
        there = replace(one, spec=replace(one.spec, target_model=target_model), family_key="")
        for field, misfit in find_misfits(there):
            place = there.place_of(field) or there.place
            message = f"{one.name}: {field} {misfit.message}"
            faults.append(Fault(place, message, misfit.hint))
        proposed = there.family.propose_name(one.sent)
        moved.append(replace(there, sent_as=proposed if proposed != one.name else ""))
        faults += find_misplaced([there], endpoint)
    return tuple(moved), tuple(sorted(faults))
