"""Settling: find out what became of creates whose outcome is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, repeat

from voiceops.apply.run import Event, EventKind, Run
from voiceops.core.facts import Intent
from voiceops.core.families.known import family_of
from voiceops.core.lock import LockEntry
from voiceops.core.plan import Action
from voiceops.core.planning.facts_index import find_unclaimed
from voiceops.core.planning.intents import Verdict, judge
from voiceops.core.result import Result, Status
from voiceops.core.voice import LiveVoice
from voiceops.errors import Rejected, ServiceError
from voiceops.files.state.journal import Memory
from voiceops.files.state.unrecorded import find_unrecorded

# Seconds between two looks at the account, growing: a lost reply's voice mostly shows at once.
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0)
LONGEST_PAUSE_S = 30.0
# How long after `settle_s` a listing may keep failing before we give up waiting for one.
GRACE_S = 60.0


def settle_earlier(run: Run) -> list[Result]:
    """Find out what became of the creates that earlier runs left open, as far as that goes.

    Nothing is written but the journal: what they made is a row of the plan that follows.
    """
    close_recorded(run)
    disproved = {name for name, verdict in settle(run).items() if verdict is Verdict.DISPROVED}
    message = "the create that was open was never executed"
    settled = [
        Result(Action.SETTLE, name, Status.DONE, message=message) for name in sorted(disproved)
    ]
    for result in settled:
        run.tell(Event(EventKind.ENDED, result=result))
    return settled


def close_recorded(run: Run) -> None:
    """Close what the lockfile has, and only the journal does not know."""
    memory = run.books.journal.recall()
    for intent, voice_id in memory.results:
        if run.books.lock.knows(voice_id):
            run.close_intent(intent.id, "committed")
    for intent in memory.intents:
        if _is_answered(intent, run):
            run.close_intent(intent.id, "committed")


def settle(run: Run) -> dict[str, Verdict]:
    """Look at the account until every open create is settled, or cannot be.

    What this run has sent, and finds, is recorded; what earlier ones made is noted in the journal.
    The result maps the names of the creates to what is known of them now. Waits between looks if
    the run may, for `settle_s` at the most, whatever stamps say. A listing that fails is no
    evidence; one that is refused is an error.
    """
    verdicts: dict[str, Verdict] = {}
    for pause_s in chain(PAUSES_S, repeat(LONGEST_PAUSE_S)):
        memory = run.books.journal.recall()
        intents = _find_open(memory, run)
        if not intents:
            break
        verdicts |= _look(intents, memory, run)
        open_names = sorted(name for name in verdicts if verdicts[name] is Verdict.OPEN)
        if not open_names or not run.may_wait or run.everything.is_closed:
            break
        if _is_hopeless(intents, run):
            break
        message = f"looking again in {pause_s:g} s for what became of {', '.join(open_names)}"
        run.tell(Event(EventKind.WAITING, message))
        run.effects.sleep(pause_s, unless=lambda: run.everything.is_closed)
    return verdicts


def _find_open(memory: Memory, run: Run) -> list[Intent]:
    """List the creates whose outcome is unknown, and those whose voices are not recorded."""
    now = run.provider.clock.mark().wall
    unrecorded = find_unrecorded(memory, run.books.lock, run.books.lockfile, now=now)
    return [*memory.intents, *unrecorded]


def _look(intents: Iterable[Intent], memory: Memory, run: Run) -> dict[str, Verdict]:
    """Take one listing and judge every open intent by it."""
    models = (family_of(intent.target_model) for intent in intents)
    run.provider.use(family.key for family in models if family)
    begun = run.provider.clock.mark()
    try:
        live = run.provider.list()
    except Rejected:
        raise
    except ServiceError:
        return {intent.name: Verdict.OPEN for intent in intents}
    verdicts = {}
    for intent in intents:
        family = family_of(intent.target_model)
        if family is not None and family.key in run.provider.unreachable:
            verdicts[intent.name] = Verdict.UNSETTLED  # this listing tells nothing of it
            continue
        has_settled = run.ages.find(intent, begun) >= run.settle_s
        if intent.made:
            is_listed = any(voice.voice_id == intent.made for voice in live)
            verdicts[intent.name] = Verdict.EXECUTED if is_listed or has_settled else Verdict.OPEN
        else:
            verdicts[intent.name] = _settle_one(
                intent, live, memory, has_settled=has_settled, run=run
            )
    return verdicts


def _settle_one(
    intent: Intent, live: Iterable[LiveVoice], memory: Memory, *, has_settled: bool, run: Run
) -> Verdict:
    leaving = memory.deleted | memory.deleting
    unclaimed = find_unclaimed(live, run.books.lock, run.read_claims(), leaving=leaving)
    finding = judge(intent, unclaimed, has_settled=has_settled)
    match finding.verdict:
        case Verdict.EXECUTED if run.ages.is_ours(intent.id):
            voice = finding.voices[0]
            run.books.record(intent.name, _entry_of(intent, voice.voice_id), depose=True)
            run.books.change(lambda lock: lock.observe(intent.name, voice))
            run.books.journal.close(intent.id, "found")
        case Verdict.EXECUTED:
            run.books.journal.note_result(intent.id, finding.voices[0].voice_id)
        case Verdict.DISPROVED:
            run.books.journal.close(intent.id, "disproved")
        case Verdict.OPEN | Verdict.UNSETTLED:
            pass
    return finding.verdict


def _is_hopeless(intents: Iterable[Intent], run: Run) -> bool:
    """Tell whether even the youngest intent is so old that listings must have kept failing."""
    now = run.provider.clock.mark()
    return min(run.ages.find(intent, now) for intent in intents) > run.settle_s + GRACE_S


def _is_answered(intent: Intent, run: Run) -> bool:
    """Tell whether the lockfile has the voice already, and only the journal does not know."""
    entry = run.books.lock.voices.get(intent.name)
    return entry is not None and entry.spec == intent.spec and entry.voice_id not in intent.before


def _entry_of(intent: Intent, voice_id: str) -> LockEntry:
    return LockEntry(
        voice_id=voice_id,
        target_model=intent.target_model,
        language=intent.language,
        spec=intent.spec,
        protect=intent.protect,
    )
