"""Carry out a plan: what is free, then creates and replaces, then deletes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from voiceops.apply.check import check
from voiceops.apply.close import close_answered
from voiceops.apply.create import Before, create_voice
from voiceops.apply.delete import delete_orphan, prune
from voiceops.apply.ready import await_ready
from voiceops.apply.run import Event, EventKind, Run
from voiceops.apply.settle import settle
from voiceops.core.facts import Facts
from voiceops.core.plan import Action, Change, Plan, Reason
from voiceops.core.planning.intents import Verdict
from voiceops.core.planning.lock_changes import FREE_ACTIONS, do_free_parts
from voiceops.core.result import Result, Status
from voiceops.errors import FileUnusable, ServiceError
from voiceops.files.state.previews import find_preview
from voiceops.threads import do_side_by_side

_PAID = frozenset({Action.CREATE, Action.REPLACE})
_DELETING = frozenset({Action.DELETE, Action.PRUNE})


def carry_out(plan: Plan, facts: Facts, run: Run) -> tuple[Result, ...]:
    """Do what the plan says, and nothing else; tell how each change ended.

    Nothing is raised for a change that fails: the others go on, and its result says why. Deletes
    of orphans come last, and only if every create is known to have succeeded.
    """
    results = _do_free(plan, facts, run)
    if facts.options.deletes_first:
        results += _do_prunes(plan, results, run)
        results += _do_deletes(plan, results, run)
        results += _do_paid(plan, facts, run)
    else:
        results += _do_paid(plan, facts, run)
        results += _do_prunes(plan, results, run)
        results += _do_deletes(plan, results, run)
    wanted = {change.name: change.desired.seen for change in plan.changes if change.desired}
    return await_ready(check(tuple(results), wanted, run), run)


def _do_free(plan: Plan, facts: Facts, run: Run) -> list[Result]:
    """Make all free changes in one write; creates that are still open are told of here."""
    live = {voice.voice_id: voice for voice in facts.live}
    free = [change for change in plan.changes if change.action in FREE_ACTIONS]
    status, message, hint = Status.DONE, "", ""
    try:
        run.books.change(lambda lock: do_free_parts(lock, plan.changes, live))
        close_answered(plan, facts, run)
    except FileUnusable as error:
        run.everything.close(error.message)
        status, message, hint = Status.FAILED, error.message, error.hint
    pending = [
        Result.of(change, Status.UNKNOWN, message=change.message)
        for change in plan.changes
        if change.action is Action.SETTLE
    ]
    results = [
        _tell_more(change, Result.of(change, status, message=message, hint=hint), run)
        for change in free
    ]
    for change, result in zip(free, results, strict=True):
        run.tell(Event(EventKind.ENDED, change=change, result=result))
    return pending + results


def _tell_more(change: Change, result: Result, run: Run) -> Result:
    """Add what the plan said of a change that is done, and the preview of a recovered voice."""
    if result.status is not Status.DONE:
        return result
    told = result.remark(change.message)
    if change.reason is not Reason.RECOVERED:
        return told
    preview = find_preview(run.state_dir, change.voice)
    if preview is None:
        return told.remark("no preview: it came with a reply that was lost")
    return told.with_preview(preview.relative_to(run.root).as_posix())


def _do_paid(plan: Plan, facts: Facts, run: Run) -> list[Result]:
    """Create and replace side by side; then find out about those whose outcome is unknown."""
    create = partial(_create_or_replace, run=run, before=Before.of(facts))
    tasks = [(change, create) for change in plan.changes if change.action in _PAID]
    results = _side_by_side(tasks, run)
    is_unknown = any(result.status is Status.UNKNOWN for result in results)
    if not is_unknown or run.everything.is_closed:
        return results
    return _settle_unknown(results, run)


def _create_or_replace(change: Change, *, run: Run, before: Before) -> list[Result]:
    if change.desired is None:
        raise ValueError(f"{change.action} of {change.name} without a declaration")
    made = create_voice(change, change.desired, run, before=before)
    made = _tell_more(change, made, run)
    if made.status is not Status.DONE or not change.deletes:
        return [made]
    return [made, prune(_prune_of(change.name, change.deletes), run)]


def _settle_unknown(results: list[Result], run: Run) -> list[Result]:
    """Find out what became of unknown creates, waiting if the run may."""
    try:
        verdicts = settle(run)
    except (ServiceError, FileUnusable) as error:
        run.creates.close(error.message)
        return results
    settled = []
    for result in results:
        verdict = verdicts.get(result.name) if result.status is Status.UNKNOWN else None
        if verdict is Verdict.EXECUTED:
            voice_id = run.books.lock.voices[result.name].voice_id
            settled.append(result.settled(voice_id))
            run.tell(Event(EventKind.ENDED, result=settled[-1]))
        elif verdict is Verdict.DISPROVED:
            settled.append(result.failed("it was not executed; apply again to send it anew"))
        else:
            settled.append(result)
    return settled


def _do_prunes(plan: Plan, results: Iterable[Result], run: Run) -> list[Result]:
    """Delete deposed voices: those that are due, and those of this run that do not wait."""
    tasks = [change for change in plan.changes if change.action is Action.PRUNE]
    tasks += [
        _prune_of(change.name, change.deletes)
        for change in plan.changes
        if change.action not in _DELETING
        and change.deletes in run.books.lock.deposed
        and not any(result.voice == change.deletes for result in results)
    ]
    return _side_by_side([(change, lambda c: [prune(c, run)]) for change in tasks], run)


def _do_deletes(plan: Plan, results: Iterable[Result], run: Run) -> list[Result]:
    tasks = [change for change in plan.changes if change.action is Action.DELETE]
    if all(result.status is Status.DONE or result.action not in _RISKY for result in results):
        return _side_by_side([(change, lambda c: [delete_orphan(c, run)]) for change in tasks], run)
    why = "a create failed or is unknown, so nothing else is deleted"
    return [Result.of(change, Status.NOT_TRIED, message=why) for change in tasks]


_RISKY = _PAID | {Action.SETTLE}


def _prune_of(name: str, voice_id: str) -> Change:
    return Change(Action.PRUNE, Reason.DEPOSED, name, voice=voice_id)


def _side_by_side(
    tasks: Sequence[tuple[Change, Callable[[Change], list[Result]]]], run: Run
) -> list[Result]:
    """Do tasks in threads, in their order as far as workers are free; results keep that order."""

    def do(task: tuple[Change, Callable[[Change], list[Result]]]) -> list[Result]:
        change, perform = task
        if not run.everything.is_closed:
            run.tell(Event(EventKind.STARTED, change=change))
        results = perform(change)
        for result in results:
            run.tell(Event(EventKind.ENDED, change=change, result=result))
        return results

    done = do_side_by_side(do, tasks, workers=run.parallelism)
    return [result for results in done for result in results]
