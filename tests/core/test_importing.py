"""Which voices are imported, under which names, and why the others are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from situation import read_facts, spec, voice_id
from test_planner_properties import situations

from voiceops.core.desired import Desired
from voiceops.core.facts import Facts
from voiceops.core.forms import NAME_PATTERN
from voiceops.core.importing import Choice, Import, Refusal, choose_imports
from voiceops.core.lock import Lock, LockEntry
from voiceops.core.plan import Action
from voiceops.core.planning.planner import make_plan
from voiceops.errors import Place

LONG = "sixteen_letters_"


def choose(case: dict[str, Any], *wanted: str, taken: tuple[str, ...] = ()) -> dict[str, str]:
    """Choose the wanted voices, or all; gives the name, or the reason, for each voice."""
    ids = [voice_id(voice) for voice in wanted] or None
    choice = choose_imports(read_facts(case), ids, taken=taken, undeclarable={})
    named = {one.voice_id: f"{one.name}{' (pinned)' * one.is_pinned}" for one in choice.imports}
    return {**named, **{one.voice_id: one.why for one in choice.refusals}}


@pytest.mark.parametrize(
    ("case", "taken", "names"),
    [
        ({"live": [{"a@1": "deep"}]}, (), {"a@1": "a"}),
        ({"live": [{"a@1": "deep"}]}, ("a", "a_2"), {"a@1": "a_3 (pinned)"}),
        (
            {"live": [{"a@1": "deep"}], "locked": {"a": {"spec": "high", "voice": "a@2"}}},
            (),
            {"a@1": "a_2 (pinned)"},
        ),
        ({"live": [{"a@1": "deep"}], "desired": {"a": "high"}}, (), {"a@1": "a_2 (pinned)"}),
        (
            {"live": [{"a@1": "deep"}], "desired": {"b": {"spec": "high", "aliases": ["a"]}}},
            (),
            {"a@1": "a_2 (pinned)"},
        ),
        ({"live": [{"a@1": "deep"}, {"a@2": "high"}]}, (), {"a@1": "a", "a@2": "a_2 (pinned)"}),
        (
            {"live": [{"a@1": "deep"}, {"a@2": "deep"}]},
            (),
            {"a@1": "a (pinned)", "a@2": "a_2 (pinned)"},
        ),
        ({"live": [{f"{LONG}@1": "deep"}]}, (LONG,), {f"{LONG}@1": "sixteen_letter_2 (pinned)"}),
        ({"live": [{"a@1": "deep"}], "settings": {"orphans": "delete"}}, (), {"a@1": "a"}),
    ],
)
def test_a_name_is_the_preferred_one_or_the_next_that_is_free(
    case: dict[str, Any], taken: tuple[str, ...], names: dict[str, str]
) -> None:
    assert choose(case, taken=taken) == {voice_id(key): name for key, name in names.items()}


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ({}, "is not listed by the service"),
        ({"locked": {"x": {"spec": "deep", "voice": "a@1"}}}, "is managed already, as x"),
        ({"deposed": {"a@1": {"name": "x"}}}, "was replaced, and waits to be deleted"),
        ({"claims": {"voices": ["a@1"]}}, "belongs to another environment of this repository"),
        ({"claims": {"deposed": ["a@1"]}}, "belongs to another environment of this repository"),
        ({"deleted": ["a@1"]}, "is not listed by the service"),
        ({"deleting": ["a@1"]}, "is being deleted"),
        ({"desired": {"a": "deep"}}, "may be what a stands for; see `voiceops plan`"),
        (
            {"desired": {"x": {"spec": "deep", "adopt": "a@1"}}},
            "may be what x stands for; see `voiceops plan`",
        ),
        (
            {"desired": {"a": "deep"}, "live": [{"a@2": "deep"}]},
            "may be what a stands for; see `voiceops plan`",
        ),
    ],
)
def test_a_voice_that_somebody_has_is_refused_by_name_and_passed_over_by_all(
    case: dict[str, Any], why: str
) -> None:
    is_live = why != "is not listed by the service" or "deleted" in case
    case["live"] = [*case.get("live", []), *([{"a@1": "deep"}] if is_live else [])]
    assert choose(case, "a@1") == {voice_id("a@1"): why}
    assert choose(case) == {}


def test_a_voice_that_cannot_be_read_or_declared_is_refused_with_the_reason() -> None:
    facts = read_facts({"live": [{"a@1": None}, {"b@1": "deep"}, {"c@1": "high"}]})
    undeclarable = {voice_id("b@1"): "cannot be declared: so"}
    assert choose_imports(facts, None, taken=(), undeclarable=undeclarable) == Choice(
        (Import("c", voice_id("c@1"), spec("high"), is_pinned=False),),
        (
            Refusal(
                voice_id("a@1"), "cannot be read: the service tells no prompt or no preview text"
            ),
            Refusal(voice_id("b@1"), "cannot be declared: so"),
        ),
    )


def test_a_voice_of_another_family_is_refused() -> None:
    case = {"live": [{"my-voice": "deep"}]}
    assert choose(case, "my-voice") == {"my-voice": "does not have the name of a designed voice"}
    assert choose(case) == {}


def test_what_is_ignored_is_imported_by_name_alone() -> None:
    case = {"live": [{"a@1": "deep"}], "settings": {"ignore": ["a"]}}
    assert choose(case) == {}
    assert choose(case, "a@1") == {voice_id("a@1"): "a"}


@given(situations(), st.frozensets(st.sampled_from(["a", "a_2", "x"])))
def test_an_import_adds_nothing_to_be_done(facts: Facts, taken: frozenset[str]) -> None:
    choice = choose_imports(facts, None, taken=taken, undeclarable={})
    names = [one.name for one in choice.imports]
    before = {*taken, *facts.lock.voices, *(desired.name for desired in facts.desired)}
    assert len(set(names)) == len(names)
    assert before.isdisjoint(names)
    assert all(NAME_PATTERN.fullmatch(name) for name in names)
    imported = {one.voice_id for one in choice.imports}
    after = _rows(_import(facts, choice, is_locked=True))
    assert after == [row for row in _rows(facts) if row[2] not in imported]


@given(situations())
def test_a_crash_before_the_lockfile_costs_nothing(facts: Facts) -> None:
    choice = choose_imports(facts, None, taken=(), undeclarable={})
    plan = make_plan(_import(facts, choice, is_locked=False))
    wanted = {one.name: one.voice_id for one in choice.imports}
    changes = [change for change in plan.changes if change.name in wanted]
    adopted = {change.name: change.voice for change in changes if change.action is Action.ADOPT}
    assert adopted == wanted


def _import(facts: Facts, choice: Choice, *, is_locked: bool) -> Facts:
    """Do what an import does, or only the first half of it."""
    desired = tuple(
        Desired(
            one.name,
            one.spec,
            Place("imported.yaml", 1, 1),
            adopt=one.voice_id if one.is_pinned else None,
        )
        for one in choice.imports
    )
    entries = {
        one.name: LockEntry(
            one.voice_id,
            one.spec.target_model,
            one.spec.language,
            one.spec.digest,
            observed=one.spec.digest,
        )
        for one in choice.imports
    }
    lock = Lock({**facts.lock.voices, **entries}, facts.lock.deposed) if is_locked else facts.lock
    return replace(facts, desired=(*facts.desired, *desired), lock=lock)


def _rows(facts: Facts) -> list[tuple[Action, str, str]]:
    return [(change.action, change.name, change.voice) for change in make_plan(facts).changes]
