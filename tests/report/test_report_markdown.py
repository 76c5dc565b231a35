"""Markdown fits a comment, and hides nothing that costs or destroys."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from report_documents import plan, rewrite, with_deletes

from voiceops.core.findings import Findings
from voiceops.core.plan import Plan
from voiceops.errors import Fault, Place
from voiceops.report.documents import Failure
from voiceops.report.markdown import MAX_CHARACTERS, render_markdown
from voiceops.report.outlines.document import make_outline

LONG = "沉稳" * 200
CUT = re.compile(r"^([\d,]+) of ([\d,]+) are cut here, for want of room\.", re.MULTILINE)


def creates(number: int) -> Plan:
    return plan({"desired": {f"voice_{index:010}": f"{LONG} {index}" for index in range(number)}})


def replaces(number: int) -> Plan:
    names = [f"voice_{index:010}" for index in range(number)]
    return plan(
        {
            "desired": {name: f"{LONG} brisk {index}" for index, name in enumerate(names)},
            "locked": dict.fromkeys(names, "slow"),
            "live": [{name: "slow"} for name in names],
        }
    )


@pytest.mark.parametrize(
    "made",
    [
        creates(1000),
        replaces(1000),
        with_deletes(creates(0), 1000),
        with_deletes(creates(1000), 1000),
        with_deletes(replaces(500), 500),
    ],
    ids=["creates", "replaces", "deletes", "creates and deletes", "replaces and deletes"],
)
def test_a_thousand_voices_fit_a_comment_and_each_is_named(made: Plan) -> None:
    text = render_markdown(make_outline(made))
    assert len(text) <= MAX_CHARACTERS < 65_536
    assert len(text.encode()) <= 262_144
    assert [change.name for change in made.changes if f"`{change.name}`" not in text] == []
    assert "\n- Quota: " in text
    assert ("\n- Price: " in text) == bool(made.price.creates)
    rows = text.count("\n| ") - text.count("\n| what")
    cut = [(int(some.replace(",", "")), every) for some, every in CUT.findall(text)]
    assert rows + sum(some for some, _ in cut) == len(make_outline(made).notes)
    # No row was left out that would have fitted: a name costs less than 30 characters.
    assert len(text) > MAX_CHARACTERS - 10_000


def test_what_destroys_comes_before_what_costs_and_that_before_the_rest() -> None:
    faults = tuple(Fault(Place("a.yaml", line, 1), "odd") for line in range(1000))
    made = replace(with_deletes(creates(1000), 20), warnings=faults)
    lines = render_markdown(make_outline(made)).split("\n")
    rows = Counter(line.split(" | ")[0] for line in lines if line.startswith("| "))
    assert rows["| delete"] == 20
    assert rows["| warning"] < 10 < rows["| create"] < 1000


def test_free_changes_are_counted_where_they_do_not_fit() -> None:
    names = [f"voice_{index:010}" for index in range(1000)]
    made = plan(
        {
            "desired": {name: {"spec": "calm", "protect": True} for name in names},
            "locked": {name: {"spec": "calm", "voice": f"{name}@20260901"} for name in names},
            "live": [{f"{name}@20260901": "calm"} for name in names],
        }
    )
    text = render_markdown(make_outline(made))
    kept = text.count("\n| record |")
    assert 0 < kept < 1000
    assert text.endswith(f"\n\n{1000 - kept} of 1,000 are cut here, for want of room.\n")


def test_many_faults_are_cut_with_their_count() -> None:
    faults = tuple(
        Fault(Place("a.yaml", line, 1), f"fault {line} " + "x" * 200) for line in range(1000)
    )
    text = render_markdown(make_outline(Findings(1, 0, faults, ())))
    assert len(text) <= MAX_CHARACTERS
    ((cut, every),) = CUT.findall(text)
    shown = text.count("\n| fault |")
    assert (int(cut), every) == (1000 - shown, "1,000")
    assert f" fault {shown - 1} x" in text
    assert f" fault {shown} x" not in text


@pytest.mark.parametrize("character", ["x", "`", "|", "沉", "\u202e", "\n", "[", "😀"])
def test_no_document_makes_it_longer(character: str) -> None:
    text = character * 70_000
    made = rewrite(with_deletes(plan({"desired": {"a": "a"}}), 3), text)
    assert len(render_markdown(make_outline(made))) <= MAX_CHARACTERS
    failed = Failure(text, text, text, "", (), 1)
    assert len(render_markdown(make_outline(failed))) <= MAX_CHARACTERS
