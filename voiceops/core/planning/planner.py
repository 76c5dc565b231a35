"""Make a plan: decide every name once, then weigh the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import datetime

from voiceops.core.desired import Desired
from voiceops.core.difference import find_differences
from voiceops.core.facts import Facts, Intent
from voiceops.core.plan import (
    Action,
    Change,
    Drift,
    Pinned,
    Plan,
    Problem,
    Reason,
)
from voiceops.core.planning.advice import find_advice
from voiceops.core.planning.binding import bind
from voiceops.core.planning.decide import decide
from voiceops.core.planning.deposed import decide_deposed
from voiceops.core.planning.facts_index import View
from voiceops.core.planning.guards import find_asks, find_guards
from voiceops.core.planning.moves import Moves, Origin
from voiceops.core.planning.orphans import decide_removed, delete_unmanaged, find_unmanaged
from voiceops.core.planning.outlook import find_idle, find_price, find_quotas
from voiceops.core.planning.pending import decide_pending
from voiceops.core.planning.unreachable import find_unreachable_warnings, set_aside
from voiceops.errors import NOWHERE, Fault

_ORDER = {action: position for position, action in enumerate(Action)}


def make_plan(facts: Facts) -> Plan:
    """Decide what an apply would do, from these facts alone.

    Total and deterministic: the order of the facts does not matter. Every declared or locked name
    is decided once, every deposed and every unmanaged voice once.
    """
    facts, unreachable = set_aside(facts)
    view = View(facts)
    moves = Moves(view)
    pairs = [
        (desired, moves.origin_of(desired))
        for desired in sorted(facts.desired, key=lambda desired: desired.name)
    ]
    rows = _decide_all(pairs, moves, view)
    taken = {row.voice for row in rows if row.action is Action.RESTORE}
    deposed, waiting = decide_deposed(taken, view)
    rows += deposed
    unmanaged = find_unmanaged(rows, pairs, view)
    rows += delete_unmanaged(unmanaged, view)
    shown = sorted(
        (row for row in rows if row.action is not Action.KEEP),
        key=lambda row: (_ORDER[row.action], row.name, row.voice),
    )
    linked = _link(shown)
    selected = tuple(row for row in shown if _is_selected(row, linked, facts))
    quotas = find_quotas(selected, facts)
    return Plan(
        environment=facts.environment,
        endpoint=facts.endpoint,
        today=view.today,
        changes=selected,
        unchanged=sum(row.action is Action.KEEP for row in rows),
        unselected=len(shown) - len(selected),
        quota=quotas[0],
        quotas=quotas if len(quotas) > 1 else (),
        idle=find_idle(selected, unmanaged, view),
        price=find_price(selected, facts.settings),
        drift=_find_drift(rows, view),
        unmanaged=unmanaged,
        waiting=waiting,
        pinned=tuple(
            Pinned(row.name, row.voice, row.differences)
            for row in rows
            if row.reason is Reason.PINNED
        ),
        problems=tuple(
            Problem(row.name, row.reason, row.message, row.hint)
            for row in selected
            if row.action is Action.PROBLEM
        ),
        guards=find_guards(rows, selected, waiting, facts),
        asks=find_asks(selected, view),
        warnings=(
            *sorted(facts.warnings),
            *find_advice(rows, pairs, unmanaged, view),
            *_find_company(shown, linked, facts),
            *find_unreachable_warnings(facts),
        ),
        binding=bind(facts, selected),
        unreachable=unreachable,
    )


def _decide_all(
    pairs: list[tuple[Desired, Origin | None]], moves: Moves, view: View
) -> list[Change]:
    """Decide declared names, then locked names that nobody declares."""
    # Of several of one name those whose outcome is unknown come first.
    intents = {intent.name: intent for intent in sorted(view.facts.intents, key=_by_doubt)}
    rows: list[Change] = []
    decided = set()
    for desired, origin in pairs:
        names = {desired.name, *desired.aliases}
        decided |= {desired.name} | ({origin.name} if origin else set())
        pending = sorted(names & intents.keys())
        if pending:
            row = decide_pending(intents.pop(pending[0]), desired, moves, view)
            rows += [row] if row else []
        else:
            rows.append(decide(desired, moves, view))
    for name, intent in intents.items():
        row = decide_pending(intent, None, moves, view)
        if row:
            rows.append(row)
            decided.add(name)
    removed = view.facts.lock.voices.keys() - decided
    return rows + [decide_removed(name, removed, view) for name in sorted(removed)]


def _by_doubt(intent: Intent) -> tuple[bool, datetime, str]:
    return not intent.made, intent.at, intent.id


def _link(rows: list[Change]) -> Mapping[str, Set[str]]:
    """Give for each name all that is touched with it: moves are done together, or not at all."""
    linked: dict[str, set[str]] = {}
    for row in rows:
        if row.renamed_from:
            both = linked.get(row.name, set()) | linked.get(row.renamed_from, set())
            both |= {row.name, *row.touched}
            linked |= dict.fromkeys(both, both)
    return linked


def _is_selected(row: Change, linked: Mapping[str, Set[str]], facts: Facts) -> bool:
    """Tell whether a change is asked for: by any name that it touches, or any voice."""
    if row.action is Action.SETTLE:
        return True
    return facts.options.selects(*row.touched, *sorted(linked.get(row.name, ())))


def _find_company(
    shown: list[Change], linked: Mapping[str, Set[str]], facts: Facts
) -> Iterator[Fault]:
    """Say which moves a selection takes along, or leaves out, since they are done together."""
    names = {row.name for row in shown}
    for row in shown:
        is_selected = _is_selected(row, linked, facts)
        if row.name in linked and facts.options.selects(*row.touched) is not is_selected:
            others = ", ".join(sorted(linked[row.name] & names - {row.name}))
            what = "is done" if is_selected else "is left out"
            place = row.desired.place if row.desired else NOWHERE
            yield Fault(place, f"{row.name} {what}, too: it moves together with {others}", "")


def _find_drift(rows: list[Change], view: View) -> tuple[Drift, ...]:
    """List what changed outside voiceops, sorted by name: voices lost, voices echoed otherwise."""
    drift = []
    for row in rows:
        gone = row.lost or (row.voice if row.action is Action.FORGET else "")
        if gone in view.own_voices and gone not in view.facts.deleted and view.is_gone(gone):
            drift.append(Drift(row.name, gone, Reason.LOST))
        live = view.live(row.voice)
        if row.reason is Reason.ECHOED and live and live.spec and row.desired:
            differences = find_differences(row.desired.seen, live.spec)
            drift.append(Drift(row.name, row.voice, Reason.ECHOED, differences))
    return tuple(sorted(drift, key=lambda entry: entry.name))
