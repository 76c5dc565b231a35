"""Every row of the decision table and every guard has a case file that bears its name."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from situation import all_of, read_facts, voice_id

from voiceops.core.plan import Action, Change, Plan
from voiceops.core.planning.planner import make_plan
from voiceops.report.json import dump_document

CASES = sorted(Path(__file__).with_name("cases").glob("*.yaml"))


def load(path: Path) -> dict[str, Any]:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def shown(change: Change) -> dict[str, Any]:
    """Show a change as the case files write it: what is empty is left out."""
    fields = {
        "action": str(change.action),
        "reason": str(change.reason),
        "name": change.name,
        "voice": change.voice,
        "replaces": change.replaces,
        "lost": change.lost,
        "until": str(change.until or ""),
        "renamed_from": change.renamed_from,
        "changed": [difference.field for difference in change.differences],
        "candidates": [candidate.voice for candidate in change.candidates],
    }
    return {key: value for key, value in fields.items() if value}


def expected(row: dict[str, Any]) -> dict[str, Any]:
    """Write out the short voice names of an expected row."""
    long = {key: voice_id(row[key]) for key in ("voice", "replaces", "lost") if key in row}
    if "candidates" in row:
        long["candidates"] = [voice_id(text) for text in row["candidates"]]
    return {**row, **long}


def outcome(plan: Plan, keys: set[str]) -> dict[str, Any]:
    """Show the parts of a plan that a case speaks of."""
    parts = {
        "changes": [shown(change) for change in plan.changes],
        "unchanged": plan.unchanged,
        "unselected": plan.unselected,
        "problems": [f"{problem.message}; {problem.hint}" for problem in plan.problems],
        "messages": [change.message for change in plan.changes if change.message],
        "ages": [
            [candidate.age_days for candidate in change.candidates]
            for change in plan.changes
            if change.candidates
        ],
        "guards": [guard.code for guard in plan.guards],
        "asks": len(plan.asks),
        "drift": [{"name": drift.name, "kind": str(drift.kind)} for drift in plan.drift],
        "unmanaged": [
            {
                "voice": voice.voice,
                **({"duplicate_of": voice.duplicate_of} if voice.duplicate_of else {}),
            }
            for voice in plan.unmanaged
        ],
        "warnings": [f"{warning.place}: {warning.message}" for warning in plan.warnings],
        "quota": [plan.quota.now, plan.quota.after, plan.quota.peak],
        "near": plan.quota.is_near,
        "price": str(plan.price.amount),
        "pinned": [
            f"{one.name} {' '.join(change.field for change in one.differences)}"
            for one in plan.pinned
        ],
        "waiting": [
            f"{one.name} {one.why} {one.since} {one.due_on}{' held' if one.held else ''}"
            for one in plan.waiting
        ],
        "idle": [
            f"{risk.deletes_on} {risk.name or risk.voice} {risk.evidence}" for risk in plan.idle
        ],
        "unreachable": [f"{one.name} {one.family} {one.voice}" for one in plan.unreachable],
        "hints": [guard.hint for guard in plan.guards],
    }
    return {key: parts[key] for key in keys}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = load(path)
    want = case["plan"]
    want["changes"] = [expected(row) for row in want.get("changes", [])]
    if "unmanaged" in want:
        want["unmanaged"] = [{**row, "voice": voice_id(row["voice"])} for row in want["unmanaged"]]
    plan = make_plan(read_facts(case))
    assert outcome(plan, set(want)) == want


# What is told in words of one family, or in money.
WORDS = {"problems", "messages", "warnings", "hints", "price", "ages", "idle"}


# They speak of what only the first family has: a price, an echo of the language, another model, a
# stamp in the name of a voice of which no file tells the age.
OF_ONE_FAMILY = {
    "deposed_and_young_waits",
    "edited_replaces",
    "foreign_voices_are_nothing_to_us",
    "guard_max_cost",
    "removed_and_never_seen_asks_if_it_is_not_what_was_sent",
}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case_of_the_second_family(path: Path) -> None:
    """Whatever the family, the same is decided."""
    given = path.read_text(encoding="utf-8").partition("\nplan:")[0]
    if path.stem in OF_ONE_FAMILY or any(mark in given for mark in ("qwen-", "-voice-", "/cosy")):
        return
    with all_of("cosyvoice"):
        case = load(path)
        want = {key: value for key, value in case["plan"].items() if key not in WORDS}
        want["changes"] = [expected(row) for row in want.get("changes", [])]
        if "unmanaged" in want:
            voices = [{**row, "voice": voice_id(row["voice"])} for row in want["unmanaged"]]
            want["unmanaged"] = voices
        plan = make_plan(read_facts(case))
    assert outcome(plan, set(want)) == want


def test_protection_moves_along_with_a_voice() -> None:
    path = Path(__file__).with_name("cases")
    case = load(path / "declared_and_protected_elsewhere_stays_protected.yaml")
    (change,) = make_plan(read_facts(case)).changes
    assert change.desired is not None
    assert change.desired.protect is True


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_order_of_the_facts_does_not_matter(path: Path) -> None:
    facts = read_facts(load(path))
    shuffler = random.Random(path.stem)

    def shuffled(items: Any) -> Any:
        if isinstance(items, dict):
            return dict(shuffled(tuple(items.items())))
        return tuple(shuffler.sample(items, len(items)))

    lock = replace(
        facts.lock,
        voices=shuffled(dict(facts.lock.voices)),
        deposed=shuffled(dict(facts.lock.deposed)),
    )
    other = replace(
        facts,
        desired=shuffled(facts.desired),
        live=shuffled(facts.live),
        intents=shuffled(facts.intents),
        queried=shuffled(dict(facts.queried)),
        lock=lock,
    )
    assert dump_document(make_plan(other)) == dump_document(make_plan(facts))


def test_every_action_and_every_guard_has_a_case() -> None:
    plans = [load(path)["plan"] for path in CASES]
    actions = {row["action"] for plan in plans for row in plan.get("changes", [])}
    guards = {code for plan in plans for code in plan.get("guards", [])}
    assert actions == set(Action) - {Action.KEEP}
    assert guards == {
        *("exclude", "replace", "empty", "overlooked", "deletes", "replaces"),
        *("lost", "lost_protected", "protected", "quota", "max_cost", "max_creates"),
    }
