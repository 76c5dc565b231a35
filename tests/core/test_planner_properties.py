"""What holds for every plan, whatever the facts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from situation import MODEL, NOW, spec, voice_id

from voiceops.core.desired import Desired
from voiceops.core.facts import Claims, Facts
from voiceops.core.lock import Deposed, Lock, LockEntry
from voiceops.core.plan import Action, Plan, Reason
from voiceops.core.planning.lock_changes import do_free_parts
from voiceops.core.planning.planner import make_plan
from voiceops.core.settings import Options, Orphans, Settings
from voiceops.core.voice import LiveVoice
from voiceops.errors import Place

NAMES = ("a", "b", "c")
SPECS = ("deep", "high")
DAYS = (None, "2026-11-01", "2026-11-20")
STAMPS = ("20260101", "20260202", "20260303", "20261122115900")
VOICES = tuple(voice_id(f"{name}@{stamp}") for name in (*NAMES, "x") for stamp in STAMPS)
PERMISSIVE = Options(allow_empty=True, allow_deletes=99, accept_lost=("*",))


@st.composite
def situations(draw: st.DrawFn, *, odd_merges: bool = False) -> Facts:
    """Facts about a few names and voices, in every mixture.

    After an odd merge two names may stand for one voice: that is safe, but takes two applies.
    """
    live = draw(st.dictionaries(st.sampled_from(VOICES), st.sampled_from((*SPECS, None))))
    names = draw(st.permutations(NAMES))
    formerly = draw(st.permutations(NAMES))
    declared = draw(st.integers(0, 3))
    desired = tuple(
        Desired(
            name,
            spec(draw(st.sampled_from(SPECS))),
            Place("m.yaml", 1, 1),
            protect=draw(st.sampled_from((None, True, False))),
            aliases=tuple(
                alias
                for alias in formerly[index : index + 1]
                if alias != name and draw(st.booleans())
            ),
            adopt=draw(st.none() | st.sampled_from(VOICES)) if index == 0 else None,
        )
        for index, name in enumerate(names[:declared])
    )
    locked = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VOICES)))
    if not odd_merges:
        locked = {name: voice for voice, name in {v: n for n, v in locked.items()}.items()}
    entries = {
        name: LockEntry(
            voice, MODEL, "en", sent := spec(draw(st.sampled_from(SPECS))).digest, observed=sent
        )
        for name, voice in locked.items()
    }
    deposed = draw(st.dictionaries(st.sampled_from(VOICES), st.sampled_from(NAMES), max_size=2))
    missing = {*locked.values(), *deposed, *(d.adopt for d in desired if d.adopt)} - set(live)
    return Facts(
        environment="default",
        endpoint="test",
        desired=desired,
        lock=Lock(
            entries,
            {
                voice: Deposed(name, since=draw(st.sampled_from(DAYS)))
                for voice, name in deposed.items()
            },
        ),
        live=tuple(
            LiveVoice(voice, spec(text) if text else None, MODEL, "en")
            for voice, text in live.items()
        ),
        now=NOW,
        claims=Claims(frozenset(draw(st.sets(st.sampled_from(VOICES), max_size=2)))),
        queried=dict.fromkeys(missing),
        deleted=frozenset(draw(st.sets(st.sampled_from(VOICES), max_size=1))),
        settings=Settings(
            orphans=draw(st.sampled_from(Orphans)),
            keep_replaced_days=draw(st.sampled_from([0, 7])),
            keep_removed_days=draw(st.sampled_from([0, 7])),
        ),
        options=PERMISSIVE,
    )


def carried_out(facts: Facts, plan: Plan) -> Facts:
    """Do a plan on paper: the account and the lockfile as they are after a perfect apply."""
    live = {voice.voice_id: voice for voice in facts.live}
    lock, gone = facts.lock, set(facts.deleted)
    lock = do_free_parts(lock, plan.changes, live)
    for number, change in enumerate(plan.changes):
        if change.action in {Action.CREATE, Action.REPLACE} and change.desired:
            made = voice_id(f"{change.name}@2026112211590{number}#f{number:03d}")
            sent = change.desired.spec
            live[made] = LiveVoice(made, sent, MODEL, "en")
            entry = LockEntry(made, MODEL, "en", sent.digest, observed=sent.digest)
            entry = replace(entry, protect=bool(change.desired.protect))
            lock = lock.put(change.name, entry, depose=bool(change.replaces))
    lock = lock.stamp(plan.today.isoformat())
    leaving = {change.deletes for change in plan.changes}
    for voice in leaving:
        live.pop(voice, None)
        gone.add(voice)
        lock = lock.drop_deposed(voice)
        for name in lock.names_of(voice):
            lock = lock.release(name, voice)
    queried = {entry.voice_id: None for entry in lock.voices.values()}
    queried |= dict.fromkeys(lock.deposed)
    queried |= {desired.adopt: None for desired in facts.desired if desired.adopt}
    return replace(
        facts, lock=lock, live=tuple(live.values()), deleted=frozenset(gone), queried=queried
    )


@given(situations())
@settings(max_examples=600)
def test_after_an_apply_the_plan_is_empty(facts: Facts) -> None:
    plan = make_plan(facts)
    # To adopt what another environment names, too, is a person's mistake until it is taken out.
    assume(not any(desired.adopt in facts.claims.voices for desired in facts.desired))
    assume(not plan.problems)
    assert make_plan(carried_out(facts, plan)).changes == ()


@given(situations(odd_merges=True))
@settings(max_examples=300)
def test_every_name_is_decided_once(facts: Facts) -> None:
    plan = make_plan(facts)
    lesser = {Action.PRUNE, Action.FORGET, Action.DELETE}
    lesser |= {Action.DEPOSE}
    names = Counter(
        change.name
        for change in plan.changes
        if change.action not in lesser and change.reason is not Reason.DEPOSED
    )
    assert max(names.values(), default=1) == 1
    voices = Counter(change.voice for change in plan.changes if change.voice)
    assert max(voices.values(), default=1) == 1 or _is_shared(facts, voices), voices


def _is_shared(facts: Facts, voices: Counter[str]) -> bool:
    """A voice that two entries name may have a row for each of them."""
    named = Counter(entry.voice_id for entry in facts.lock.voices.values())
    named.update(list(facts.lock.deposed))
    return all(named[voice] > 1 for voice, count in voices.items() if count > 1)


@given(situations(odd_merges=True))
@settings(max_examples=600)
def test_nothing_is_deleted_that_is_not_ours_or_that_an_entry_names(facts: Facts) -> None:
    plan = make_plan(facts)
    forgotten = {change.name for change in plan.changes if change.action is Action.FORGET}
    for change in plan.changes:
        ours = {entry.voice_id for entry in facts.lock.voices.values()} | set(facts.lock.deposed)
        kept = {
            entry.voice_id
            for name, entry in facts.lock.voices.items()
            if name not in {change.name, change.renamed_from} | forgotten
        }
        for voice in [change.replaces] if change.replaces else []:
            assert voice in ours
            assert voice not in kept | facts.claims.voices
        if change.action in {Action.DELETE, Action.PRUNE}:
            assert change.voice not in kept | facts.claims.voices
            may_be_unmanaged = facts.settings.orphans is Orphans.DELETE
            assert change.voice in ours or may_be_unmanaged


@given(situations())
@settings(max_examples=300)
def test_a_lost_lockfile_costs_nothing(facts: Facts) -> None:
    plain = replace(
        facts,
        desired=tuple(replace(desired, adopt=None) for desired in facts.desired),
        claims=Claims(),
        deleted=frozenset(),
    )
    settled = carried_out(plain, make_plan(plain))
    doubts = make_plan(settled)
    assume(not doubts.problems and not doubts.warnings and not doubts.drift)
    lost = replace(settled, lock=Lock())
    assert make_plan(lost).price.amount == make_plan(settled).price.amount
