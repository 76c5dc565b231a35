"""The rules that refuse a whole run: what no `--yes` passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from voiceops.core.facts import Facts
from voiceops.core.families.known import family_of_voice
from voiceops.core.plan import Action, Change, Guard, Reason, Waiting
from voiceops.core.planning.deposed import most_deletes
from voiceops.core.planning.edits import group_edits
from voiceops.core.planning.facts_index import View
from voiceops.core.planning.outlook import find_price, find_quotas
from voiceops.core.planning.way_out import find_way_out
from voiceops.core.settings import is_plain, matches

ALWAYS_REPLACED = 5
_LET_GO = frozenset({Action.DELETE, Action.DEPOSE})


@dataclass(frozen=True, slots=True)
class Case:
    """What a guard looks at: all rows, the selected changes among them, what waits, the facts."""

    rows: tuple[Change, ...]
    changes: tuple[Change, ...]
    waiting: tuple[Waiting, ...]
    facts: Facts

    @property
    def threshold(self) -> float:
        """How many voices may go without a word."""
        return most_deletes(self.facts)


def find_guards(
    rows: Iterable[Change],
    changes: tuple[Change, ...],
    waiting: tuple[Waiting, ...],
    facts: Facts,
) -> tuple[Guard, ...]:
    """List the guards that refuse this run, in a fixed order; empty if none does."""
    case = Case(tuple(rows), changes, waiting, facts)
    return tuple(guard for rule in _RULES if (guard := rule(case)) is not None)


def find_asks(changes: tuple[Change, ...], view: View) -> tuple[str, ...]:
    """List the voices to be deleted that are not what our lockfile knows: a person is asked."""
    doubtful = sorted(
        (change.name, voice_id)
        for change in changes
        if (voice_id := change.deletes)
        if _is_echoed_otherwise(voice_id, view)
    )
    return tuple(
        f"{name}: {voice_id} is not what the lockfile knows of it; delete it?"
        for name, voice_id in doubtful
    )


def _refuse_misspelt(case: Case) -> Guard | None:
    """Refuse to change what a misspelt name was to hold back."""
    facts = case.facts
    named = set(filter(is_plain, facts.options.exclude))
    if not named:
        return None
    known = {name for row in case.rows for name in row.touched}
    known.update(alias for desired in facts.desired for alias in desired.aliases)
    known.update(voice.voice_id for voice in facts.live)
    known.update(voice.preferred_name for voice in facts.live if voice.preferred_name)
    unknown = sorted(named - known)
    if not unknown:
        return None
    close = get_close_matches(unknown[0], sorted(known), n=1)
    meant = f"did you mean {close[0]}? " if close else ""
    return Guard(
        "exclude",
        f"--exclude names {', '.join(unknown)}, and no voice is called that",
        f"{meant}a glob, such as '{unknown[0]}*', need not match",
    )


def _refuse_unknown_take(case: Case) -> Guard | None:
    """Refuse to make another take of what nobody declares."""
    declared = {desired.name for desired in case.facts.desired}
    unknown = sorted(set(case.facts.options.replace) - declared)
    if not unknown:
        return None
    close = get_close_matches(unknown[0], sorted(declared), n=1)
    meant = f"did you mean {close[0]}? " if close else ""
    return Guard(
        "replace",
        f"--replace names {', '.join(unknown)}, which no manifest declares",
        f"{meant}name a voice as its manifest does",
    )


def _refuse_empty(case: Case) -> Guard | None:
    locked = len(case.facts.lock.voices)
    if case.facts.desired or not locked or case.facts.options.allow_empty:
        return None
    return Guard(
        "empty",
        f"no voice is declared, and the lockfile has {locked}",
        "check the manifests; if all voices are to go, add --allow-empty",
    )


def _refuse_overlooked(case: Case) -> Guard | None:
    """Refuse to let a voice go that a file declares which is not read, for its name's sake."""
    going = sorted({change.name for change in case.changes if change.reason is Reason.REMOVED})
    for one in case.facts.overlooked:
        names = [name for name in going if one.may_declare(name)]
        if names:
            declares = "declares" if one.names else "may declare"
            return Guard(
                "overlooked",
                f"{', '.join(names)} would be removed, and {one.path} {declares} "
                f"{'it' if len(names) == 1 else 'them'}, but is not read",
                "rename the file so that `manifests` matches it, or delete it",
            )
    return None


def _refuse_deletes(case: Case) -> Guard | None:
    deletes = sum(change.action in _LET_GO for change in case.changes)
    if deletes <= max(case.threshold, case.facts.options.allow_deletes):
        return None
    return Guard(
        "deletes",
        f"{deletes} voices would be deleted; more than {case.threshold:g} need a person",
        f"if that is meant, add --allow-deletes {deletes}",
    )


def _refuse_replaces(case: Case) -> Guard | None:
    replaces = [change for change in case.changes if change.action is Action.REPLACE]
    share = case.facts.settings.max_replace_percent / 100
    most = max(ALWAYS_REPLACED, share * len(case.facts.lock.voices))
    if len(replaces) <= max(most, case.facts.options.allow_replaces):
        return None
    return Guard(
        "replaces",
        f"{len(replaces)} voices would be made anew; more than {most:g} need a person: "
        f"{group_edits(replaces)}",
        f"if that is meant, add --allow-replaces {len(replaces)}",
    )


def _refuse_lost(case: Case) -> Guard | None:
    lost = sorted(row.name for row in case.rows if _is_lost_for_good(row, case.facts))
    unaccepted = [name for name in lost if not matches(case.facts.options.accept_lost, name)]
    locked = len(case.facts.lock.voices)
    is_named = len(unaccepted) < len(lost)
    left = f"; --accept-lost does not name {', '.join(unaccepted)}" if is_named else ""
    is_all = bool(unaccepted) and len(lost) == locked and (locked >= 2 or not case.facts.live)
    if len(unaccepted) <= case.threshold and not is_all:
        return None
    return Guard(
        "lost",
        f"{len(lost)} of {locked} locked voices are gone from the account{left}",
        "is it the right key, region and workspace, and is the model still served? "
        "if they are really gone, add --accept-lost 'NAME' for each, or a glob",
    )


def _refuse_lost_protected(case: Case) -> Guard | None:
    lost = {
        change.name: change.lost
        for change in case.changes
        if change.action is Action.CREATE and change.lost and _was_protected(change, case)
    }
    names = sorted(name for name in lost if not matches(case.facts.options.accept_lost, name))
    if not names:
        return None
    flags = " ".join(f"--accept-lost {name}" for name in names)
    return Guard(
        "lost_protected",
        f"protected voices are gone from the account: {', '.join(names)}; what would be made in "
        "their place is another voice",
        f"listen to what you have of them; if a new voice is wanted, add {flags}",
    )


def _was_protected(change: Change, case: Case) -> bool:
    entry = case.facts.lock.voices.get(change.renamed_from or change.name)
    return entry is not None and entry.protect and entry.voice_id == change.lost


def _refuse_protected(case: Case) -> Guard | None:
    names = sorted(
        {
            change.name
            for change in case.changes
            if (change.action in _LET_GO or change.replaces) and _is_protected(change, case)
        }
    )
    if not names:
        return None
    return Guard(
        "protected",
        f"protected voices would be replaced or deleted: {', '.join(names)}",
        "declare them with `protect: false` if that is meant",
    )


def _refuse_quota(case: Case) -> Guard | None:
    quotas = find_quotas(case.changes, case.facts)
    over = (quota for quota in quotas if quota.peak > max(quota.limit, quota.now))
    quota = next(over, None)
    if quota is None:
        return None
    kind = f"{quota.family} voices" if quota.family else "voices"
    return Guard(
        "quota",
        f"the apply would hold {quota.peak} {kind} at its peak; the account takes {quota.limit}",
        find_way_out(case.changes, case.waiting, case.facts, too_many=quota.peak - quota.limit),
    )


def _refuse_cost(case: Case) -> Guard | None:
    price = find_price(case.changes, case.facts.settings)
    if price.max_cost is None or price.amount <= price.max_cost:
        return None
    return Guard(
        "max_cost",
        f"the plan costs {price.amount} {price.currency}; max_cost is {price.max_cost}",
        "raise max_cost in voiceops.yaml, or apply a part with --only",
    )


def _refuse_creates(case: Case) -> Guard | None:
    """Refuse more creates than are meant: what costs nothing is guarded by its number."""
    most, creates = case.facts.settings.max_creates, find_price(case.changes, case.facts.settings)
    if most is None or creates.creates <= most:
        return None
    return Guard(
        "max_creates",
        f"the plan creates {creates.creates} voices; max_creates is {most}",
        "raise max_creates in voiceops.yaml, or apply a part with --only",
    )


_RULES: tuple[Callable[[Case], Guard | None], ...] = (
    _refuse_misspelt,
    _refuse_unknown_take,
    _refuse_empty,
    _refuse_overlooked,
    _refuse_deletes,
    _refuse_replaces,
    _refuse_lost,
    _refuse_lost_protected,
    _refuse_protected,
    _refuse_quota,
    _refuse_cost,
    _refuse_creates,
)


def _is_lost_for_good(row: Change, facts: Facts) -> bool:
    """Tell whether a locked voice is gone, and would be bought again or is not to be missed.

    What our own hand has deleted counts if it is to be bought: an older lockfile names it.
    """
    if row.action is Action.CREATE:
        return bool(row.lost)
    if row.action is not Action.FORGET or row.name not in facts.lock.voices:
        return False
    is_named = facts.lock.voices[row.name].voice_id == row.voice
    return is_named and row.voice not in facts.deleted and row.voice not in facts.claims.voices


def _is_protected(change: Change, case: Case) -> bool:
    if change.desired is not None and change.desired.protect is not None:
        return change.desired.protect
    leaving = {change.deletes, change.deposes}
    locked = case.facts.lock.voices
    entries = (locked[name] for name in change.touched if name in locked)
    return any(entry.protect and entry.voice_id in leaving for entry in entries)


def _is_echoed_otherwise(voice_id: str, view: View) -> bool:
    """Tell whether a voice is not what our lockfile knows of it: as observed, else as sent."""
    lock, live, family = view.facts.lock, view.live(voice_id), family_of_voice(voice_id)
    is_told = family is None or not family.untold
    known = [
        entry.observed or (entry.spec if is_told else "")
        for entry in lock.voices.values()
        if entry.voice_id == voice_id
    ]
    if voice_id in lock.deposed and not known:
        known = [lock.deposed[voice_id].observed or ""]
    return bool(any(known) and live and live.spec and live.spec.digest not in known)
