"""A saved plan is applied only if nothing is done that was not in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from situation import read_facts
from test_planner_properties import situations

from voiceops.core.facts import Facts
from voiceops.core.plan import Action, Plan
from voiceops.core.planning.binding import compare
from voiceops.core.planning.planner import make_plan

DAY = timedelta(hours=24)
CASE: dict[str, Any] = {
    "desired": {"ann": "deep", "bob": "high"},
    "locked": {"bob": "low", "carl": "calm"},
    "live": [{"bob": "low"}, {"carl": "calm"}],
}


def make(**changed: object) -> Plan:
    return make_plan(read_facts({**CASE, **changed}))


def test_an_unchanged_world_takes_the_plan() -> None:
    comparison = compare(make(), make(), max_age=DAY)
    assert (comparison.stale, comparison.differences, comparison.done) == ((), (), ())


@pytest.mark.parametrize(
    ("fresh", "done"),
    [
        # Somebody else has created ann, and committed it.
        (
            {
                "locked": {"ann": "deep", **CASE["locked"]},
                "live": [{"ann": "deep"}, *CASE["live"]],
            },
            ["ann"],
        ),
        # Somebody else has created ann, and nobody wrote it down: it is adopted, for free.
        ({"live": [{"ann": "deep"}, *CASE["live"]]}, ["ann"]),
        # A replace was interrupted before its old voice was deleted.
        (
            {
                "locked": {"bob": {"spec": "high", "voice": "bob@20260202"}, "carl": "calm"},
                "deposed": {"bob": {"name": "bob"}},
                "live": [{"bob@20260202": "high"}, *CASE["live"]],
            },
            ["bob"],
        ),
        # The orphan is gone already.
        ({"locked": {"bob": "low"}, "live": [{"bob": "low"}]}, ["carl"]),
    ],
)
def test_what_is_done_already_is_told_and_the_rest_goes_on(
    fresh: dict[str, Any], done: list[str]
) -> None:
    comparison = compare(make(), make(**fresh), max_age=DAY)
    assert comparison.stale == ()
    assert [change.name for change in comparison.done] == done


@pytest.mark.parametrize(
    ("fresh", "why", "different"),
    [
        (
            {"desired": {"ann": "deeper", "bob": "high"}},
            ["the manifests were changed since"],
            [(True, "create", "ann"), (False, "create", "ann")],
        ),
        (
            {"desired": {"bob": "high"}},
            ["the manifests were changed since"],
            [(False, "create", "ann")],
        ),
        (
            {"live": [{"carl": "calm"}], "queried": {"bob": None}},
            ["the account was changed since"],
            [(True, "create", "bob"), (False, "replace", "bob")],
        ),
        (
            {
                "locked": {**CASE["locked"], "dora": "odd"},
                "live": [*CASE["live"], {"dora": "odd"}],
            },
            ["the lockfile was changed since"],
            [(True, "delete", "dora")],
        ),
    ],
)
def test_whatever_else_is_to_do_makes_it_stale(
    fresh: dict[str, Any], why: list[str], different: list[tuple[bool, str, str]]
) -> None:
    comparison = compare(make(), make(**fresh), max_age=DAY)
    assert list(comparison.stale) == why
    assert [
        (difference.is_new, str(difference.change.action), difference.change.name)
        for difference in comparison.differences
    ] == different


def test_a_deposed_voice_that_fell_due_meanwhile_is_named_for_the_cause() -> None:
    facts = read_facts(
        {
            **CASE,
            "deposed": {"ann@20250101": {"name": "ann", "since": "2026-11-15"}},
            "live": [*CASE["live"], {"ann@20250101": "high"}],
        }
    )
    later = replace(facts, now=facts.now + timedelta(days=1))
    comparison = compare(make_plan(facts), make_plan(later), max_age=2 * DAY)
    assert comparison.stale == ("a deposed voice is due since",)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda plan: replace(plan, environment="prod"), "it is for the environment prod"),
        (
            lambda plan: replace(plan, endpoint="beijing"),
            "it was made at beijing, and this is test",
        ),
        (
            lambda plan: replace(plan, binding=replace(plan.binding, version="0.0.1")),
            "it was made by voiceops 0.0.1, and this is ",
        ),
        (
            lambda plan: replace(
                plan, binding=replace(plan.binding, made="2026-11-21T03:59:59+00:00")
            ),
            "it is older than 1 day, 0:00:00",
        ),
        (lambda plan: replace(plan, binding=None), "the plan does not say what it was made from"),
    ],
)
def test_a_plan_of_elsewhere_or_long_ago_is_stale(change: Any, why: str) -> None:
    (stale,) = compare(change(make()), make(), max_age=DAY).stale
    assert stale.startswith(why)


@given(situations(), situations(), st.booleans())
@settings(max_examples=400)
def test_a_plan_that_passes_spends_and_deletes_no_more_than_it_said(
    before: Facts, after: Facts, same_manifests: bool
) -> None:
    if same_manifests:
        after = replace(after, desired=before.desired)
    saved, fresh = make_plan(before), make_plan(after)
    comparison = compare(saved, fresh, max_age=DAY)
    if comparison.stale:
        return
    said = {(change.action, change.name, change.voice) for change in saved.changes}
    leaving = {change.replaces for change in saved.changes} | {
        change.voice for change in saved.changes if change.action in {Action.PRUNE, Action.DELETE}
    }
    for change in fresh.changes:
        if change.action in {Action.CREATE, Action.REPLACE}:
            assert (change.action, change.name, change.voice) in said
        if change.action in {Action.DELETE, Action.PRUNE}:
            assert change.voice in leaving
        assert not change.replaces or change.replaces in leaving
    assert fresh.price.amount <= saved.price.amount
