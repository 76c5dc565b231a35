"""What becomes of the voices that nobody is to use any more: they wait, are due, or are gone."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import date, timedelta

from voiceops.core.facts import DOUBT, Facts
from voiceops.core.families.known import family_of_voice, parse_voice_name
from voiceops.core.lock import Deposed, Why
from voiceops.core.plan import Action, Change, Reason, Waiting
from voiceops.core.planning.facts_index import View
from voiceops.core.planning.neighbours import is_adopted
from voiceops.core.settings import Settings, is_plain, matches

ALWAYS_ALLOWED = 3


def most_deletes(facts: Facts) -> float:
    """Tell how many voices may go without a word: three, or a share of the locked ones."""
    share = facts.settings.max_delete_percent / 100
    return max(ALWAYS_ALLOWED, share * len(facts.lock.voices))


def find_end(why: Why, name: str, voice_id: str, view: View) -> date | None:
    """Give the day from which a voice that is deposed today may be deleted; None: at once."""
    days = _days_of(why, view.facts.settings)
    if not days or matches(view.facts.options.delete_now, name, voice_id):
        return None
    return view.today + timedelta(days=days) + DOUBT


def find_due(deposed: Deposed, settings: Settings, today: date) -> tuple[date, date]:
    """Tell since when a deposed voice waits, and from which day it may be deleted.

    They are the same if it need not wait; the wait begins today if nothing else can be true.
    """
    since = _read_since(deposed, today) or today
    days = _days_of(deposed.why, settings)
    return since, since + timedelta(days=days) + DOUBT if days else since


def decide_deposed(taken: Set[str], view: View) -> tuple[list[Change], tuple[Waiting, ...]]:
    """Decide every deposed voice that is not `taken` again: what is done now, and what waits.

    Voices that are due and may not be deleted without a word are held back: they wait, too.
    """
    rows: list[Change] = []
    waiting: list[Waiting] = []
    due: list[Waiting] = []
    for voice_id, deposed in sorted(view.facts.lock.deposed.items()):
        if voice_id in taken:
            continue
        if view.is_spoken_for(voice_id) or view.is_gone(voice_id):
            kept = view.say_who_keeps(voice_id)
            rows.append(replace(_row(Action.FORGET, voice_id, deposed), message=kept))
        elif is_adopted(view.facts.neighbours, voice_id):
            rows.append(replace(_row(Action.FORGET, voice_id, deposed), reason=Reason.MOVED))
        elif view.live(voice_id) or view.facts.queried.get(voice_id):
            one = _wait(voice_id, deposed, view)
            is_due = one.due_on <= view.earliest_day
            if is_due and any(desired.adopt == voice_id for desired in view.facts.desired):
                waiting.append(replace(one, held="a manifest names it with `adopt`"))
                continue
            (due if is_due else waiting).append(one)
            if not is_due and _read_since(deposed, view.today) is None:
                rows.append(_row(Action.RECORD, voice_id, deposed))
    now, held = _hold_back(due, view)
    rows += [_row(Action.PRUNE, one.voice, view.facts.lock.deposed[one.voice]) for one in now]
    return rows, tuple(sorted([*waiting, *held], key=lambda one: (one.due_on, one.name, one.voice)))


def _wait(voice_id: str, deposed: Deposed, view: View) -> Waiting:
    since, due_on = find_due(deposed, view.facts.settings, view.today)
    is_asked = matches(view.facts.options.delete_now, deposed.name, voice_id)
    is_at_once = is_asked or due_on == since
    due_on = view.earliest_day if is_at_once else due_on
    return Waiting(voice_id, deposed.name, deposed.why, since, due_on)


def _hold_back(due: list[Waiting], view: View) -> tuple[list[Waiting], list[Waiting]]:
    """Part what may be deleted now, the oldest first, from what a person must ask for.

    Whoever may write the lockfile could let it name anybody's voices: a few go with each apply,
    and none that was not made for its name.
    """
    options = view.facts.options
    plain = tuple(filter(is_plain, options.delete_now))
    now: list[Waiting] = []
    fit: list[Waiting] = []
    strange: list[Waiting] = []
    for one in sorted(due, key=lambda one: (one.since, one.voice)):
        is_named = matches(plain, one.name, one.voice)
        (now if is_named else fit if _is_made_for(one, view) else strange).append(one)
    most = int(max(most_deletes(view.facts), options.allow_deletes))
    held = [
        *(replace(one, held=f"it was not made as {one.name}") for one in strange),
        *(replace(one, held="more are due than may go at once") for one in fit[most:]),
    ]
    return now + fit[:most], held


def _is_made_for(due: Waiting, view: View) -> bool:
    born, family = parse_voice_name(due.voice), family_of_voice(due.voice)
    names = view.names_for(due.name)
    forms = {family.propose_name(name) for name in names} if family else set()
    return born is not None and born.preferred_name in names | forms


def _row(action: Action, voice_id: str, deposed: Deposed) -> Change:
    return Change(action, Reason.DEPOSED, deposed.name, voice=voice_id)


def _days_of(why: Why, settings: Settings) -> int:
    return settings.keep_replaced_days if why is Why.REPLACED else settings.keep_removed_days


def _read_since(deposed: Deposed, today: date) -> date | None:
    """Give the day from which a voice waits; None if the lockfile tells none that can be true."""
    try:
        since = date.fromisoformat(deposed.since or "")
    except ValueError:
        return None
    return since if since <= today + DOUBT else None
