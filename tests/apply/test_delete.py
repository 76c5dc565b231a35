"""The last look before a delete: what any entry names stays, whatever the plan said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from machine import Machine, Maker

from voiceops.apply.ages import Ages
from voiceops.apply.books import Books
from voiceops.apply.delete import delete_orphan, prune
from voiceops.apply.gate import Gate
from voiceops.apply.run import Run
from voiceops.core.facts import Claims
from voiceops.core.lock import Deposed, Lock, LockEntry
from voiceops.core.plan import Action, Change, Reason
from voiceops.core.result import Report, Result, Status
from voiceops.core.settings import Options
from voiceops.files.lockfile.lockfile import write_lock
from voiceops.files.state.journal import Journal

Wire = tuple[int, Mapping[str, str], bytes]
Carry = Callable[[Change, Run], Result]
ROWS = [
    (delete_orphan, Action.DELETE, Reason.REMOVED),
    (prune, Action.PRUNE, Reason.DEPOSED),
]


@pytest.fixture
def machine(tmp_path: Path, make_machine: Maker) -> Machine:
    """An account with one voice, that no lockfile names yet."""
    machine = make_machine(tmp_path)
    machine.declare({"old": "deep"})
    machine.apply()
    machine.environment.lockfile.unlink()
    return machine


def start(machine: Machine, lock: Lock, claims: Claims) -> Run:
    effects, environment = machine.world, machine.environment
    journal = Journal(environment.state_dir / "j", effects=effects, settle_s=600)
    provider = machine.workspace().provider
    write_lock(environment.lockfile, lock, effects=effects)
    return Run(
        provider=provider,
        books=Books(environment.lockfile, journal=journal, effects=effects, clock=provider.clock),
        effects=effects,
        root=machine.root,
        state_dir=environment.state_dir,
        everything=Gate(),
        tell=lambda event: None,
        read_claims=lambda: claims,
        ages=Ages(provider.clock),
        settle_s=600,
        parallelism=1,
    )


@pytest.mark.parametrize(("carry_out", "action", "reason"), ROWS)
@pytest.mark.parametrize("whose", ["nobody", "ours", "theirs"])
def test_only_what_nobody_names_is_deleted(
    machine: Machine, whose: str, carry_out: Carry, action: Action, reason: Reason
) -> None:
    (voice,) = machine.live()
    entry = LockEntry(voice, "m", "en", "sha256:0")
    kept = {"new": entry} if whose == "ours" else {}
    is_orphan = action is Action.DELETE
    lock = Lock(
        {**kept, "old": entry} if is_orphan else kept, {} if is_orphan else {voice: Deposed("old")}
    )
    claims = Claims(frozenset({voice} if whose == "theirs" else ()))
    run = start(machine, lock, claims)
    result = carry_out(Change(action, reason, "old", voice=voice), run)
    assert result.status is Status.DONE
    assert run.books.lock == machine.lock() == Lock(kept)
    assert (voice in machine.live()) is (whose != "nobody")
    assert result.message == ("" if whose == "nobody" else "another entry names it")
    assert result.action is (action if whose == "nobody" else Action.FORGET)


def test_a_delete_that_was_done_and_answered_by_an_error_is_told_as_done(
    tmp_path: Path, make_machine: Maker
) -> None:
    machine = make_machine(tmp_path)
    machine.options = Options(parallelism=1, allow_empty=True)
    machine.declare({"old": "deep"})
    machine.apply()

    class Fails:
        def answer(self, *request: Any) -> Wire:
            reply = machine.sandbox.answer(*request)
            return (500, {}, b"") if b'"delete' in request[3] else reply

    machine.strike(Fails())
    machine.declare({})
    report = machine.apply()
    assert isinstance(report, Report)
    assert (report.exit_code, [one.message for one in report.results]) == (
        0,
        ["the reply was an error, but the voice is gone"],
    )
    assert machine.lock() == Lock()
    assert machine.plan().is_empty
