"""Close what a plan has answered: creates of earlier runs with nothing left to find out."""

from __future__ import annotations

from voiceops.apply.run import Run
from voiceops.apply.settle import close_recorded
from voiceops.core.facts import Facts
from voiceops.core.plan import Plan, Reason
from voiceops.core.planning.facts_index import View
from voiceops.files.lockfile.emergency import clear_emergency, read_emergency

_ANSWERS = frozenset({Reason.DECLARED, Reason.RECOVERED})


def close_answered(plan: Plan, facts: Facts, run: Run) -> None:
    """Close the creates whose voices are recorded now, left over for good, or gone.

    The emergency file is removed when it has nothing else. A voice that the plan reports as
    unmanaged or a duplicate was told of, and shows in every plan from now on.
    """
    close_recorded(run)
    answered = {
        name
        for change in plan.changes
        if change.reason in _ANSWERS and change.desired
        for name in (change.name, *change.desired.aliases)
    }
    memory = run.books.journal.recall()
    for intent in memory.intents:
        if intent.name in answered:
            run.close_intent(intent.id, "adopted")
    view, told = View(facts), {voice.voice for voice in plan.unmanaged}

    def is_done_with(voice_id: str) -> bool:
        return run.books.lock.knows(voice_id) or voice_id in told or view.is_gone(voice_id)

    for intent, voice_id in memory.results:
        if is_done_with(voice_id):
            run.close_intent(intent.id, "left")
    if all(is_done_with(kept.entry.voice_id) for kept in read_emergency(run.books.lockfile)):
        clear_emergency(run.books.lockfile, effects=run.effects)
