"""Settling: find out what became of creates whose outcome is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, repeat

from voiceops.apply.run import Event, EventKind, Run
from voiceops.clock import Mark
from voiceops.core.facts import Intent
from voiceops.core.intents import Verdict, judge
from voiceops.core.lock import LockEntry
from voiceops.core.plan import Action
from voiceops.core.result import Result, Status
from voiceops.core.view import find_unclaimed
from voiceops.core.voice import LiveVoice
from voiceops.errors import Rejected, ServiceError
from voiceops.files.emergency import clear_emergency, read_emergency
from voiceops.files.journal import Memory

# Seconds between two looks at the account, growing: a lost reply's voice mostly shows at once.
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0)
LONGEST_PAUSE_S = 30.0
# How long after `settle_s` a listing may keep failing before we give up waiting for one.
GRACE_S = 60.0


def settle_earlier(run: Run) -> list[Result]:
    """Record what earlier runs paid for, and find out what became of their open creates."""
    settled = recover(run)
    for name, verdict in settle(run).items():
        if verdict is Verdict.EXECUTED:
            voice_id = run.books.lock.voices[name].voice_id
            settled.append(_settled(name, voice_id, "the create that was open had made it"))
        elif verdict is Verdict.DISPROVED:
            settled.append(_settled(name, "", "the create that was open was never executed"))
    for result in settled:
        run.tell(Event(EventKind.ENDED, result=result))
    return settled


def recover(run: Run) -> list[Result]:
    """Record the voices that were paid for and whose name never reached the lockfile.

    They come from the journal's results and from the emergency file, which is then removed.
    Nothing is asked of the service.
    """
    memory = run.books.journal.recall()
    waiting = [(intent.name, _entry_of(intent, voice_id)) for intent, voice_id in memory.results]
    waiting += read_emergency(run.books.lockfile)
    recorded = []
    for name, entry in waiting:
        if _is_missing(entry, memory, run):
            run.books.record(name, entry, depose=True)
            recorded.append(_settled(name, entry.voice_id, "it was paid for, and not recorded yet"))
    for intent, _ in memory.results:
        run.books.journal.close(intent.id, "committed")
    clear_emergency(run.books.lockfile, effects=run.effects)
    for intent in memory.intents:
        if _is_answered(intent, run):
            run.books.journal.close(intent.id, "committed")
    return recorded


def settle(run: Run) -> dict[str, Verdict]:
    """Look at the account until every open create is settled, or cannot be.

    Found voices are recorded; the result maps the names of the creates to what is known of them
    now. Waits between looks if the run may, for `settle_s` at the most, whatever stamps say. A
    listing that fails is no evidence; one that is refused is an error.
    """
    verdicts: dict[str, Verdict] = {}
    for pause_s in chain(PAUSES_S, repeat(LONGEST_PAUSE_S)):
        memory = run.books.journal.recall()
        if not memory.intents:
            break
        verdicts |= _look(memory, run)
        open_names = sorted(name for name in verdicts if verdicts[name] is Verdict.OPEN)
        if not open_names or not run.may_wait or run.everything.is_closed:
            break
        if _is_hopeless(memory.intents, run):
            break
        message = f"looking again in {pause_s:g} s for what became of {', '.join(open_names)}"
        run.tell(Event(EventKind.WAITING, message))
        run.effects.sleep(pause_s, unless=lambda: run.everything.is_closed)
    return verdicts


def _look(memory: Memory, run: Run) -> dict[str, Verdict]:
    """Take one listing and judge every open intent by it."""
    begun = run.provider.clock.mark()
    try:
        live = run.provider.list()
    except Rejected:
        raise
    except ServiceError:
        return {intent.name: Verdict.OPEN for intent in memory.intents}
    return {
        intent.name: _settle_one(intent, live, begun, memory, run=run) for intent in memory.intents
    }


def _settle_one(
    intent: Intent, live: Iterable[LiveVoice], begun: Mark, memory: Memory, *, run: Run
) -> Verdict:
    leaving = memory.deleted | memory.deleting
    unclaimed = find_unclaimed(live, run.books.lock, run.read_claims(), leaving=leaving)
    has_settled = run.ages.find(intent, begun) >= run.settle_s
    finding = judge(intent, unclaimed, has_settled=has_settled)
    match finding.verdict:
        case Verdict.EXECUTED:
            voice = finding.voices[0]
            run.books.record(intent.name, _entry_of(intent, voice.voice_id), depose=True)
            run.books.change(lambda lock: lock.observe(intent.name, voice))
            run.books.journal.close(intent.id, "found")
        case Verdict.DISPROVED:
            run.books.journal.close(intent.id, "disproved")
        case Verdict.OPEN | Verdict.UNSETTLED:
            pass
    return finding.verdict


def _is_hopeless(intents: Iterable[Intent], run: Run) -> bool:
    """Tell whether even the youngest intent is so old that listings must have kept failing."""
    now = run.provider.clock.mark()
    return min(run.ages.find(intent, now) for intent in intents) > run.settle_s + GRACE_S


def _settled(name: str, voice_id: str, message: str) -> Result:
    return Result(Action.SETTLE, name, Status.DONE, voice=voice_id, message=message)


def _is_missing(entry: LockEntry, memory: Memory, run: Run) -> bool:
    lock = run.books.lock
    is_known = bool(lock.names_of(entry.voice_id)) or entry.voice_id in lock.deposed
    return not is_known and entry.voice_id not in memory.deleted


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
