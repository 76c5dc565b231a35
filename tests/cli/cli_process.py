"""voiceops as real processes, in a small project; whatever they write is searched for the key."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
TIME_LIMIT_S = 60
# What a pipeline installs, where this copy cannot be.
INSTALL = f"voices-as-code @ git+https://example.com/voiceops.git@{1:040x}"
KEY = "sk-canary/7+f3=a9%b2&c4"
MANIFEST = """\
defaults:
  target_model: qwen3-tts-vd-2026-01-26
  response_format: pcm
  sample_rate: 8000
voices:
  anchor:
    language: en
    voice_prompt: A composed man with a deep voice.
    preview_text: Good evening.
  wetter:
    language: de
    voice_prompt: A cheerful woman with a bright voice.
    preview_text: Schönes Wetter in München.
  xinwen:
    language: zh
    voice_prompt: 沉稳的中年男性播音员。
    preview_text: 各位听众，大家好。
"""
# So that no test waits for the pace or for a lost reply.
SETTINGS = "version: 1\nrequests_per_minute: 6000\nsettle_s: 1\n"
NAMES = ("anchor", "wetter", "xinwen")


@dataclass(frozen=True)
class Ran:
    """How a process ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, object]:
        """Read stdout as the one JSON document that it is."""
        read = json.loads(self.out)
        assert isinstance(read, dict)
        return read


@dataclass(frozen=True)
class Project:
    """A folder with manifests; `env` is what its processes get beside what every process needs."""

    folder: Path
    env: dict[str, str | None] = field(default_factory=dict)

    @property
    def manifest(self) -> Path:
        return self.folder / "manifests" / "voices.yaml"

    @property
    def lockfile(self) -> Path:
        """Give the lockfile of the environment that these tests use: default, or the sandbox."""
        default = self.folder / "voiceops.lock"
        return default if "DASHSCOPE_HTTP_BASE_URL" in self.env else self.sandbox_lockfile

    @property
    def sandbox_lockfile(self) -> Path:
        return self.folder / "voiceops.sandbox.lock"

    def edit(self, before: str, after: str) -> None:
        """Change the manifest where it says `before`."""
        text = self.manifest.read_text(encoding="utf-8")
        assert before in text
        self.manifest.write_text(text.replace(before, after), encoding="utf-8")

    def voices(self) -> dict[str, str]:
        """Read which voice each name stands for; empty without a lockfile."""
        if not self.lockfile.exists():
            return {}
        entries = json.loads(self.lockfile.read_bytes())["voices"]
        return {name: entry["voice"] for name, entry in entries.items()}

    def files(self) -> dict[str, bytes]:
        """Read every file, by its path in the project."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def run(
        self,
        *arguments: str,
        env: Mapping[str, str | None] | None = None,
        stdin: str = "",
        cwd: Path | None = None,
    ) -> Ran:
        """Run voiceops to its end; a None in `env` takes a variable away."""
        ended = subprocess.run(
            command(*arguments),
            cwd=cwd or self.folder,
            env=self.environment(env),
            input=stdin.encode(),
            capture_output=True,
            umask=0o022,
            timeout=TIME_LIMIT_S,
            check=False,
        )
        return self.check(ended.returncode, ended.stdout, ended.stderr)

    def start(self, *arguments: str, env: Mapping[str, str | None] | None = None) -> Process:
        """Start voiceops with pipes to and from it."""
        return subprocess.Popen(
            command(*arguments),
            cwd=self.folder,
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def check(self, code: int, out: bytes, err: bytes) -> Ran:
        """Take what a process wrote, if it has neither the key nor a traceback."""
        assert find_key(out + err) == []
        text = Ran(code, decode(out), decode(err))
        assert "Traceback" not in text.err, text.err
        return text

    def environment(self, env: Mapping[str, str | None] | None = None) -> dict[str, str]:
        """Give the variables of a process: the same on every machine, with the canary key."""
        base = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "DASHSCOPE_API_KEY": KEY,
            "PYTHONPATH": os.environ.get("PYTHONPATH"),  # a tree that is not the installed one
        }
        merged = {**base, **self.env, **(env or {})}
        return {name: value for name, value in merged.items() if value is not None}


Process = subprocess.Popen[bytes]


def command(*arguments: str) -> list[str]:
    """Write the command line of a voiceops for which every warning is an error."""
    return [sys.executable, "-W", "error", "-m", "voiceops", *arguments]


def make_project(folder: Path) -> Project:
    """Write a project of three short voices."""
    project = Project(folder)
    project.manifest.parent.mkdir(parents=True)
    project.manifest.write_text(MANIFEST, encoding="utf-8")
    (folder / "voiceops.yaml").write_text(SETTINGS, encoding="utf-8")
    return project


def find_dependencies() -> set[str]:
    """Name the modules of what pyproject.toml declares for running."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*declared["dependencies"], *declared["optional-dependencies"]["server"]]
    return {Requirement(one).name.partition(".")[0] for one in wanted}


def decode(data: bytes) -> str:
    """Read bytes that may be in another encoding than UTF-8."""
    return data.decode(errors="surrogateescape")


def find_key(data: bytes) -> list[str]:
    """List the forms in which data holds the canary key."""
    return [name for name, form in KEY_FORMS.items() if form in data]


def _forms() -> dict[str, bytes]:
    key = KEY.encode()
    return {
        "plain": key,
        "start": key[:9],
        "quoted": quote(KEY, safe="").encode(),
        "hex": key.hex().encode(),
        "reversed": key[::-1],
        "reversed hex": key[::-1].hex().encode(),
        **{f"base64 after {shift}": _base64_after(shift) for shift in range(3)},
    }


def _base64_after(shift: int) -> bytes:
    """Give the part of the key's base64 that is the same whatever stands around the key."""
    encoded = base64.b64encode(b"x" * shift + KEY.encode())
    return encoded[4 if shift else 0 : (shift + len(KEY)) // 3 * 4]


KEY_FORMS = _forms()
