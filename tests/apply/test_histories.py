"""Whole histories of an account, in any order: what people, machines and the network do to it.

After each step the oracles are asked; at the end, one apply (or two) makes everything right.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from machine import Machine
from world import Blow, blows_for

from voiceops.core.families.known import parse_voice_name
from voiceops.core.lock import Lock, LockEntry
from voiceops.core.plan import Reason
from voiceops.core.result import Report
from voiceops.core.settings import Options
from voiceops.errors import VoiceopsError
from voiceops.files.lockfile.lockfile import dump_lock, parse_lock, read_lock

NAMES = ("ann", "bob", "cat")
PROMPTS = ("deep", "high", "calm")
SETTLE_S = 600
# What an apply writes, and names that could be guessed.
WRITTEN = (
    *(".voiceops", ".voiceops/default", ".voiceops/.gitignore", ".voiceops/default/previews"),
    *(".voiceops/default/journal.jsonl", ".voiceops/default/holder.json"),
    *("voiceops.lock", ".voiceops.lock.tmp", "voiceops.lock.emergency.jsonl"),
)
names, prompts = st.sampled_from(NAMES), st.sampled_from(PROMPTS)


class Account:
    """The service, with a memory for what must never happen and a few bad habits."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.paid_twice: list[str] = []
        self.late: list[tuple[object, ...]] = []
        self.delay_next_create = False
        self.throttle = 0
        self.is_retired = False
        self.is_other_account = False
        self.is_replaying = False
        self.claimed: set[str] = set()

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        asked = json.loads(body)["input"]
        if self.is_retired:
            return 404, {}, b'{"code": "ModelNotFound", "message": "Model can not be found."}'
        if self.is_other_account:
            return 401, {}, b'{"code": "InvalidApiKey", "message": "Invalid API-key provided."}'
        if self.throttle:
            self.throttle -= 1
            return 429, {}, b'{"code": "Throttling.RateQuota", "message": "slower"}'
        if asked["action"].startswith("create"):
            if self.delay_next_create:
                self.delay_next_create = False
                self.late.append((method, path, headers, body))
                raise httpx.ReadTimeout("late")
            self.watch(asked)
            if self.is_replaying:
                return self.replay(method, path, headers, body)
        return self.machine.sandbox.answer(method, path, headers, body)

    def replay(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Execute a create, and answer with a voice that was there before, as a proxy might."""
        before = sorted(self.machine.live())
        status, said, reply = self.machine.sandbox.answer(method, path, headers, body)
        document = json.loads(reply)
        if before and "output" in document:
            key = "voice_id" if "voice_id" in document["output"] else "voice"
            document["output"][key] = before[-1]
        return status, said, json.dumps(document).encode()

    def watch(self, asked: Mapping[str, str]) -> None:
        """Note a create of what is there already: that is a second bill for one voice."""
        name = (asked.get("preferred_name") or asked["prefix"])[:3]
        for voice, prompt in self.machine.live().items():
            made = parse_voice_name(voice)
            is_named = made is not None and made.preferred_name.startswith(name)
            is_same = is_named and prompt == asked["voice_prompt"]
            if is_same and voice not in self.claimed:
                self.paid_twice.append(voice)

    def execute_late(self) -> None:
        """Execute what came in late, as a slow service does."""
        for request in self.late:
            self.watch(json.loads(request[3])["input"])  # type: ignore[arg-type]
            self.machine.sandbox.answer(*request)  # type: ignore[arg-type]
        self.late.clear()


class Histories(RuleBasedStateMachine):
    """One project, one account, and everything that happens to them."""

    family = "qwen"

    def __init__(self) -> None:
        super().__init__()
        base = "/dev/shm" if Path("/dev/shm").is_dir() else None
        self.folder = Path(tempfile.mkdtemp(dir=base))
        self.outside = Path(tempfile.mkdtemp(dir=base))
        self.machine = Machine(self.folder, family=self.family)
        self.machine.options = Options(
            parallelism=1, allow_empty=True, allow_deletes=99, accept_lost=("*",)
        )
        self.account = self.machine.strike(Account(self.machine))
        self.sibling = self.folder / "voiceops.other.lock"
        self.machine.siblings = (self.sibling,)
        self.declared: dict[str, str] = {}
        self.aliases: dict[str, str] = {}
        self.foreign: set[str] = set()
        self.days = 0
        self.most_ahead_s = 0
        self.takes = 0
        self.offered: dict[str, str] = {}
        self.old_locks = [dump_lock(self.machine.lock())]
        self.declare()

    def teardown(self) -> None:
        try:
            self.end()
        finally:
            self.machine.close()
            shutil.rmtree(self.folder)
            shutil.rmtree(self.outside)

    def declare(self) -> None:
        aliases = {new: old for new, old in self.aliases.items() if new in self.declared}
        self.machine.declare(self.declared, aliases)
        self.machine.world.adopt(self.folder)

    def apply(self) -> None:
        self.account.execute_late()
        outcome = self.machine.apply()
        assert isinstance(outcome, Report | VoiceopsError)
        self.keep_lock()

    def keep_lock(self) -> None:
        self.old_locks.append(dump_lock(self.machine.lock()))

    @initialize(days=st.sampled_from((0, 7)))
    def keep(self, days: int) -> None:
        """Keep what is replaced or removed for some days, or not at all."""
        self.days = days
        self.machine.keep(days)

    @rule(name=names, prompt=prompts)
    def edit(self, name: str, prompt: str) -> None:
        renamed = f"{name}_now"
        self.declared[renamed if renamed in self.aliases else name] = f"{prompt} {name}"
        self.declare()

    @rule(name=names)
    def take_out(self, name: str) -> None:
        for known in (name, f"{name}_now"):
            self.declared.pop(known, None)
        self.declare()

    @rule(name=names)
    def rename(self, name: str) -> None:
        """Give a voice a new name for good; the old one stays as its alias."""
        if name not in self.declared or f"{name}_now" in self.aliases:
            return
        new = f"{name}_now"
        self.declared[new] = self.declared.pop(name)
        self.aliases[new] = ", ".join(filter(None, (name, self.aliases.pop(name, ""))))
        self.declare()

    @rule(name=names)
    def take_is_offered(self, name: str) -> None:
        """Declare another voice for the same purpose, to be listened to."""
        self.takes += 1
        self.offered[name] = f"{name}_v{self.takes}"
        self.declared[self.offered[name]] = f"take {self.takes} {name}"
        self.declare()

    @rule(name=names)
    def take_is_promoted(self, name: str) -> None:
        """Let a name stand for the take that was liked; its own voice goes."""
        take = self.offered.pop(name, "")
        if name not in self.declared or take not in self.declared:
            return
        self.declared[name] = self.declared.pop(take)
        self.aliases[name] = ", ".join(filter(None, (take, self.aliases.pop(name, ""))))
        self.declare()

    @precondition(lambda self: self.days and self.declared)
    @rule(pick=st.integers(0, 9), prompt=prompts)
    def edit_is_reverted(self, pick: int, prompt: str) -> None:
        """I15: within the days a revert brings back the same voice, free."""
        self.account.execute_late()
        if not self.machine.plan().is_empty:
            return
        name = sorted(self.declared)[pick % len(self.declared)]
        before, was = self.machine.lock().voices[name].voice_id, self.declared[name]
        self.edit_and_apply(name, f"{prompt} {name[:3]}")
        bills = len(self.machine.sandbox.list_bills())
        self.edit_and_apply(name, was)
        assert self.machine.lock().voices[name].voice_id == before
        assert len(self.machine.sandbox.list_bills()) == bills

    def edit_and_apply(self, name: str, prompt: str) -> None:
        self.declared[name] = prompt
        self.declare()
        self.apply()

    @rule()
    def applies(self) -> None:
        self.apply()

    @rule(share=st.floats(0, 1), pick=st.integers(0, 99))
    def apply_is_struck(self, share: float, pick: int) -> None:
        self.account.execute_late()
        world = self.machine.world
        world.adopt(self.folder)
        world.trace = []
        at = int(share * 60)
        kinds = ("exchange", "create", "append", "fsync", "rename")
        blows = blows_for(kinds[pick % len(kinds)])
        world.strike_at, world.blow = at, blows[pick % len(blows)]
        if world.blow not in {Blow.DEATH_BEFORE, Blow.DEATH_AFTER, Blow.POWER_CUT_BEFORE}:
            world.blow = Blow.POWER_CUT_AFTER
        self.machine.apply()
        world.revive()
        world.adopt(self.folder)
        self.keep_lock()

    @rule(share=st.floats(0, 1), name=names, prompt=prompts)
    def machine_sleeps(self, share: float, name: str, prompt: str) -> None:
        """Let a machine die; another one edits and applies; the first comes back as it was."""
        self.apply_is_struck(share, 0)
        state, asleep = self.folder / ".voiceops", self.outside / "asleep"
        if not state.exists():
            return
        shutil.copytree(state, asleep)
        self.runner_is_lost()
        self.edit(name, prompt)
        self.apply()
        self.machine.lose_journal()
        asleep.rename(state)
        self.machine.world.adopt(self.folder)

    @rule(path=st.sampled_from(WRITTEN), is_folder=st.booleans())
    def checkout_is_hostile(self, path: str, is_folder: bool) -> None:
        """A link lies where something is written: nothing goes through it."""
        self.account.execute_late()
        secret = self.outside / "secret"
        secret.write_text("of this machine\n", encoding="utf-8")
        place, aside = self.folder / path, self.folder / "aside"
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            place.rename(aside)
        place.symlink_to(self.outside if is_folder else secret)
        try:
            outcome = self.machine.apply()
        finally:
            if place.is_symlink():
                place.unlink()
                if aside.exists():
                    aside.rename(place)
            self.machine.world.adopt(self.folder)
        assert isinstance(outcome, Report | VoiceopsError)
        assert [path.name for path in self.outside.iterdir()] == ["secret"]
        assert secret.read_text(encoding="utf-8") == "of this machine\n"

    @rule()
    def runner_is_lost(self) -> None:
        self.account.execute_late()
        self.machine.lose_journal()
        self.machine.wait(SETTLE_S)

    @rule()
    def reply_comes_late(self) -> None:
        self.account.delay_next_create = True
        self.machine.apply(may_wait=False)
        self.account.delay_next_create = False
        self.keep_lock()

    @rule(count=st.integers(1, 3))
    def service_throttles(self, count: int) -> None:
        self.account.throttle = count
        self.apply()
        self.account.throttle = 0

    @rule()
    def replies_are_replayed(self) -> None:
        self.account.is_replaying = True
        self.apply()
        self.account.is_replaying = False

    @rule(minutes=st.sampled_from([-24 * 60, -11, 0, 11, 15, 24 * 60]))
    def clock_is_set(self, minutes: int) -> None:
        """The machine's own clock jumps, or another machine takes over."""
        self.machine.world.ahead = timedelta(minutes=minutes)
        self.most_ahead_s = max(self.most_ahead_s, minutes * 60)

    @rule(is_retired=st.booleans())
    def service_refuses(self, is_retired: bool) -> None:
        before, live = self.machine.lock(), self.machine.live()
        self.account.is_retired, self.account.is_other_account = is_retired, not is_retired
        outcome = self.machine.apply()
        self.account.is_retired = self.account.is_other_account = False
        assert isinstance(outcome, VoiceopsError)
        assert (self.machine.lock().voices, self.machine.live()) == (before.voices, live)

    @rule(prompt=prompts)
    def stranger_creates(self, prompt: str) -> None:
        made = self.machine.call(
            "create",
            target_model="qwen3-tts-vd-2026-01-26",
            voice_prompt=f"A {prompt} voice.",
            preview_text="Hello.",
            preferred_name="stranger",
            language="en",
        )
        self.foreign.add(made["voice"])

    @rule(name=names, prompt=prompts)
    def sibling_applies(self, name: str, prompt: str) -> None:
        """Another environment of this repository has a voice of the same name, in this account."""
        made = self.machine.call(
            "create",
            target_model="qwen3-tts-vd-2026-01-26",
            voice_prompt=f"A {prompt} {name} voice.",
            preview_text="Hello.",
            preferred_name=name,
            language="en",
        )["voice"]
        others = read_lock(self.sibling).voices
        entry = LockEntry(made, "m", "en", "sha256:0")
        self.sibling.write_bytes(dump_lock(Lock({**others, f"{name}{len(others)}": entry})))
        self.account.claimed.add(made)
        self.foreign.add(made)

    @precondition(lambda self: self.machine.lock().voices)
    @rule(pick=st.integers(0, 9))
    def stranger_deletes(self, pick: int) -> None:
        self.account.execute_late()  # within `settle_s`, or never: that is assumed
        self.machine.wait(SETTLE_S)
        entries = sorted(entry.voice_id for entry in self.machine.lock().voices.values())
        self.machine.call("delete", voice=entries[pick % len(entries)])

    @rule(pick=st.integers(0, 99))
    def lockfile_is_reverted(self, pick: int) -> None:
        self.account.execute_late()
        self.machine.wait(SETTLE_S)
        old = self.old_locks[pick % len(self.old_locks)]
        self.machine.environment.lockfile.write_bytes(old)
        self.machine.world.adopt(self.folder)

    @rule(minutes=st.integers(1, 30))
    def time_passes(self, minutes: int) -> None:
        self.account.execute_late()
        self.machine.world.time += timedelta(minutes=minutes)

    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        self.account.execute_late()
        self.machine.world.time += timedelta(days=days)

    @invariant()
    def nothing_was_paid_twice(self) -> None:
        assert self.account.paid_twice == []

    @invariant()
    def nothing_foreign_was_deleted(self) -> None:
        assert self.foreign <= set(self.machine.live())

    @invariant()
    def lockfile_is_whole_and_true(self) -> None:
        path = self.machine.environment.lockfile
        if path.exists():
            lock = parse_lock(path.read_bytes(), name="voiceops.lock")
            returned = {bill.voice for bill in self.machine.sandbox.list_bills()}
            assert {entry.voice_id for entry in lock.voices.values()} <= returned

    def end(self) -> None:
        """Let the faults stop, and time pass: everything is then made right.

        What was noted by a clock that was ahead is taken for so much younger.
        """
        self.account.execute_late()
        self.machine.wait(2 * SETTLE_S + self.most_ahead_s)
        self.machine.converge(at_most=3)
        live = self.machine.live()
        lock = self.machine.lock()
        assert {name: live[entry.voice_id] for name, entry in lock.voices.items()} == {
            name: f"A {prompt} voice." for name, prompt in self.declared.items()
        }
        assert self.account.paid_twice == []
        assert Reason.AMBIGUOUS not in {problem.reason for problem in self.machine.plan().problems}


Histories.TestCase.settings = settings(
    max_examples=200,
    stateful_step_count=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestHistories = Histories.TestCase


class HistoriesOfTheSecondFamily(Histories):
    """The same, where names tell no time and listings neither a count nor a language."""

    family = "cosyvoice"


HistoriesOfTheSecondFamily.TestCase.settings = settings(
    Histories.TestCase.settings, max_examples=100
)
TestHistoriesOfTheSecondFamily = HistoriesOfTheSecondFamily.TestCase
