"""A project, an account and a machine, small enough to be killed thousands of times."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from world import Died, World

from voiceops.apply.gate import Gate
from voiceops.core.lock import Lock
from voiceops.core.plan import Plan
from voiceops.core.result import Report
from voiceops.core.settings import Options, Settings
from voiceops.errors import VoiceopsError
from voiceops.files.lockfile.lockfile import read_lock
from voiceops.files.settings.read import Environment
from voiceops.provider.service import Service
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.endpoints import sandbox_endpoint
from voiceops.sandbox.service import Sandbox
from voiceops.workflows.apply import apply
from voiceops.workflows.observe import Workspace
from voiceops.workflows.plan import plan

KEY = "sk-canary-4f1d9c"
MODEL = "qwen3-tts-vd-2026-01-26"
MODELS = {"qwen": MODEL, "cosyvoice": "cosyvoice-v3.5-plus"}
MANIFEST = """\
defaults:
  language: en
  target_model: {model}
voices:
"""
VOICE = """\
  {name}:
    voice_prompt: A {prompt} voice.
    preview_text: {preview}
    response_format: pcm
    sample_rate: {rate_hz}
"""


class Answers(Protocol):
    """Whatever answers as the service does."""

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]: ...


S = TypeVar("S", bound=Answers)


@dataclass
class Machine:
    """One machine with one project, and the account that it manages."""

    root: Path
    database: Path | None = None
    world: World = field(default_factory=World)
    stranger: str = ""
    siblings: tuple[Path, ...] = ()
    answer: Callable[..., tuple[int, Mapping[str, str], bytes]] | None = None
    options: Options = field(default_factory=lambda: Options(parallelism=1))
    agree: Callable[[Plan], None] = lambda made: _refuse_doubts(made)  # noqa: PLW0108
    family: str = "qwen"

    def __post_init__(self) -> None:
        self.world.root = self.root
        numbers = itertools.count(256 if self.database and self.database.exists() else 0)
        self.sandbox = Sandbox(
            self.database, now=lambda: self.world.time, suffix=lambda: f"{next(numbers):04x}"
        )
        self.environment = Environment(
            name="default",
            endpoint="sandbox",
            key_variable="",
            workspace=None,
            manifests=("manifests/*.yaml",),
            lockfile=self.root / "voiceops.lock",
            state_dir=self.root / ".voiceops" / "default",
            settings=Settings(
                requests_per_minute=6000,
                keep_replaced_days=0,
                keep_removed_days=0,
            ),
        )

    def close(self) -> None:
        """Close the account; doing it twice is no error."""
        self.sandbox.close()

    def keep(self, days: int) -> None:
        """Keep what is replaced or removed for so many days."""
        settings = replace(
            self.environment.settings, keep_replaced_days=days, keep_removed_days=days
        )
        self.environment = replace(self.environment, settings=settings)

    def declare(self, voices: dict[str, str], aliases: Mapping[str, str] | None = None) -> None:
        """Write the manifest: names, the words that describe them, and what they were called."""
        text = MANIFEST.format(model=MODELS[self.family])
        for name, prompt in voices.items():
            text += self.describe(name, prompt)
            if aliases and name in aliases:
                text += f"    aliases: [{aliases[name]}]\n"
        path = self.root / "manifests" / "voices.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text if voices else "voices: {}\n", encoding="utf-8")

    def describe(self, name: str, prompt: str) -> str:
        """Write one voice of a manifest, as short as its family takes it."""
        is_first = self.family == "qwen"
        preview = "Hello." if is_first else "Hello to everybody."
        rate_hz = 8000 if is_first else 16000
        text = VOICE.format(name=name, prompt=prompt, preview=preview, rate_hz=rate_hz)
        sent_as = f"    sent_as: {name.replace('_', '')}\n" if "_" in name and not is_first else ""
        return text + sent_as

    def workspace(self) -> Workspace:
        provider = Service(
            Access(sandbox_endpoint(), KEY, None, self.world, self.answer or self.sandbox.answer),
            requests_per_minute=self.environment.settings.requests_per_minute,
            families=(self.family,),
        )
        return Workspace(
            root=self.root,
            environment=self.environment,
            siblings=self.siblings,
            endpoint="test",
            provider=provider,
            effects=self.world,
        )

    def apply(self, *, may_wait: bool = True) -> Report | VoiceopsError | None:
        """Run an apply as a process would: it reports, refuses, or dies (None)."""
        gate = Gate()
        self.world.on_signal = lambda: gate.close("stopped", signal=15)
        workspace = self.workspace()
        try:
            return apply(
                workspace,
                self.options,
                confirm=self.agree,
                tell=lambda event: None,
                everything=gate,
                may_wait=may_wait,
            )
        except VoiceopsError as error:
            return error
        except Died:
            return None
        finally:
            workspace.provider.close()

    def strike(self, service: S) -> S:
        """Let every request pass by this service."""
        self.answer = service.answer
        return service

    def plan(self) -> Plan:
        workspace = self.workspace()
        try:
            return plan(workspace, self.options)
        finally:
            workspace.provider.close()

    def call(self, action: str, **values: object) -> dict[str, Any]:
        """Speak with the service past voiceops, as somebody else in the account would."""
        body = {"model": "qwen-voice-design", "input": {"action": action, **values}}
        if self.family == "cosyvoice":
            body = {"model": "voice-enrollment", "input": _translate(action, values)}
        _, _, reply = self.sandbox.answer(
            "POST",
            "/api/v1/services/audio/tts/customization",
            {"Authorization": "Bearer other"},
            json.dumps(body).encode(),
        )
        document: dict[str, Any] = json.loads(reply)
        output: dict[str, Any] = document.get("output", document)
        return {**output, "voice": output.get("voice_id", output.get("voice"))}

    def live(self) -> dict[str, str]:
        """Map the account's voices to their prompts."""
        listed = self.call("list", page_size=100)["voice_list"]
        return {voice.get("voice_id") or voice["voice"]: voice["voice_prompt"] for voice in listed}

    def lock(self) -> Lock:
        return read_lock(self.environment.lockfile)

    def lose_journal(self) -> None:
        """Lose the runner's disk: what git does not have is gone."""
        state = Path(os.path.realpath(self.root / ".voiceops"))
        self.world.forget(state)
        shutil.rmtree(state, ignore_errors=True)
        if (self.root / ".voiceops").is_symlink():
            state.mkdir()

    def wait(self, seconds: float) -> None:
        self.world.time += timedelta(seconds=seconds)

    def converge(self, *, at_most: int = 2) -> int:
        """Apply until the plan is empty, at most so often; tells how often it took."""
        for count in range(at_most + 1):
            if self.plan().is_empty:
                return count
            self.apply()
        raise AssertionError(f"no convergence: {self.plan()}")


def _translate(action: str, values: Mapping[str, object]) -> dict[str, object]:
    """Say what is said in the words of the first family in those of the second."""
    words = {"preferred_name": "prefix", "voice": "voice_id"}
    said = {words.get(key, key): value for key, value in values.items() if key != "language"}
    if "target_model" in said:
        said |= {"target_model": MODELS["cosyvoice"], "language_hints": ["en"]}
        said["preview_text"] = "Hello to everybody."
    return {"action": f"{action}_voice", **said}


Maker = Callable[..., Machine]


class Refused(VoiceopsError):
    """The plan has problems, or guards refuse it."""


def _refuse_doubts(made: Plan) -> None:
    if made.needs_a_person:
        raise Refused(str([*made.problems, *made.guards]))
