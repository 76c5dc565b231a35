"""A repository with a real remote, an account in the sandbox, a hub: what the action works on."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from action_runner import Ended, Machine, Watch, base_environment, run_action
from action_tools import copy_tree
from github_server import TOKEN, Hub
from local_server import Handler, listening

from voiceops.cli.fault_script import read_script
from voiceops.sandbox.service import Sandbox

KEY = "sk-canary/7+f3=a9%b2&c4"
LOCK = "voiceops.lock"
VOICE = """
  {name}:
    voice_prompt: A composed person with a deep voice called {name}.
    preview_text: Good evening.
"""
MANIFEST = """\
defaults:
  language: en
  target_model: qwen3-tts-vd-2026-01-26
  sample_rate: 8000
  response_format: pcm

voices:
{voices}"""
# So that no test waits for the pace or for a lost reply.
SETTINGS = "version: 1\nrequests_per_minute: 6000\nsettle_s: 1\n"


class Account:
    """The sandbox behind a port. A create waits for `may_reply` after it was carried out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.may_reply = threading.Event()
        self.may_reply.set()
        self.create_done = threading.Event()
        self.sandbox = self._open("")

    def follow(self, faults: str) -> None:
        """Go on with the same voices, and with these faults."""
        self.sandbox.close()
        self.sandbox = self._open(faults)

    def _open(self, faults: str) -> Sandbox:
        path = self._folder / "faults.yaml"
        path.write_text(f"behaviour: {{api_key: '{KEY}'}}\n{faults}", encoding="utf-8")
        database = self._folder / "account.db"
        return Sandbox(database, now=lambda: datetime.now(UTC), script=read_script(path))

    @property
    def billed(self) -> list[str]:
        """List the voices that were billed, in order."""
        return [bill.voice for bill in self.sandbox.list_bills()]

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Answer one request."""
        status, _, content = self.sandbox.answer("POST", path, headers, body)
        if json.loads(body)["input"]["action"] == "create":
            self.create_done.set()
            self.may_reply.wait(60)
        return status, content


@contextmanager
def serving_account(account: Account) -> Iterator[str]:
    """Serve on a free port of this machine; gives the base URL."""

    class Requests(Handler):
        def do_POST(self) -> None:
            self.reply(*account.answer(self.path, dict(self.headers), self.take_body()))

    with listening(Requests) as url:
        try:
            yield f"{url}/api/v1"
        finally:
            account.may_reply.set()
    account.sandbox.close()


def git(folder: Path, *arguments: str) -> str:
    """Run git, with no settings but those of the repository, and give what it prints."""
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    ended = subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        env={**base_environment(folder), "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout.decode()


@dataclass
class World:
    """Everything that a run of the action finds; each run gets a new machine.

    `directory` is the project's folder in the repository. `bin` is where voiceops is installed,
    under the name of the folder that the action gives it.
    """

    folder: Path
    account: Account
    account_url: str
    hub: Hub
    hub_url: str
    installed: Path
    directory: str = "."
    remote: str = ""
    runs: int = 0
    machines: list[Machine] = field(default_factory=list)

    @property
    def origin(self) -> Path:
        return self.folder / "origin.git"

    @property
    def desk(self) -> Path:
        """Give the clone in which people work."""
        return self.folder / "desk"

    def make(self) -> None:
        """Make the repository, with two voices."""
        git(self.folder, "init", "-q", "--bare", "-b", "main", "origin.git")
        git(self.folder, "init", "-q", "-b", "main", "desk")
        git(self.desk, "remote", "add", "origin", str(self.origin))
        project = self.desk / self.directory
        (project / "manifests").mkdir(parents=True)
        (project / "voiceops.yaml").write_text(SETTINGS, encoding="utf-8")
        (self.desk / ".gitattributes").write_text("voiceops*.lock merge=voiceops\n")
        self.declare("anchor", "wetter")

    def declare(self, *names: str) -> str:
        """Push a manifest that declares these voices; gives the commit."""
        voices = "".join(VOICE.format(name=name) for name in names).removeprefix("\n")
        return self.push({"manifests/voices.yaml": MANIFEST.format(voices=voices)})

    def push(self, files: Mapping[str, str]) -> str:
        """Push files of the project to main, as somebody at a desk; gives the commit."""
        if "main" in git(self.origin, "branch", "--list"):
            git(self.desk, "pull", "-q", "--rebase", "origin", "main")
        for path, text in files.items():
            (self.desk / self.directory / path).write_text(text, encoding="utf-8")
        git(self.desk, "add", "-A")
        git(self.desk, "commit", "-q", "--allow-empty", "-m", "Declare voices")
        git(self.desk, "push", "-q", "origin", "HEAD:main")
        return git(self.desk, "rev-parse", "HEAD").strip()

    def machine(
        self, *, event: str = "push", payload: Mapping[str, object] | None = None
    ) -> Machine:
        """Check main out, shallow, on a new machine."""
        self.runs += 1
        home = self.folder / f"machine-{self.runs}"
        temp, artifacts = home / "temp", home / "artifacts"
        for path in (temp, artifacts):
            path.mkdir(parents=True)
        workspace = home / "workspace"
        source = self.origin.as_uri()
        git(home, "clone", "-q", "--depth", "1", "--branch", "main", source, "workspace")
        if self.remote:
            git(workspace, "remote", "set-url", "origin", self.remote)
        (temp / self.installed.name).symlink_to(self.installed)
        event_file = home / "event.json"
        event_file.write_text(json.dumps(payload or {}), encoding="utf-8")
        ref = "refs/heads/main" if event != "pull_request" else "refs/pull/7/merge"
        variables = {
            **base_environment(home),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(copy_tree() / "clone"),
            "GITHUB_API_URL": self.hub_url,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(event_file),
            "GITHUB_REF": ref,
            "GITHUB_REF_NAME": ref.removeprefix("refs/heads/").removeprefix("refs/"),
            "GITHUB_REPOSITORY": "team/voices",
            "GITHUB_RUN_ID": str(1000 + self.runs),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(temp),
            "DASHSCOPE_API_KEY": KEY,
            "DASHSCOPE_HTTP_BASE_URL": self.account_url,
        }
        event_of = {"repository": {"default_branch": "main"}, **(payload or {})}
        github = {
            "event_name": event,
            "event": event_of,
            "ref": ref,
            "repository": "team/voices",
            "token": TOKEN,
        }
        self.machines.append(Machine(workspace, temp, variables, github, artifacts))
        return self.machines[-1]

    def run(
        self,
        command: str,
        *,
        machine: Machine | None = None,
        watch: Mapping[str, Watch] | None = None,
        **inputs: str,
    ) -> Ended:
        """Run the action; neither key nor token may be in anything that it leaves."""
        machine = machine or self.machine()
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        given = {"command": command, "directory": self.directory, **given}
        ended = run_action(machine, given, watch=watch)
        self.look_for_secrets(machine, ended.log)
        return ended

    def look_for_secrets(self, machine: Machine, log: str) -> None:
        """Find neither key nor token in the log, nor in a file of the machine or the remote."""
        secrets = (KEY.encode(), TOKEN.encode())
        assert not [one for one in secrets if one in log.encode()]
        for top in (machine.workspace.parent, self.origin):
            for base, _, names in os.walk(top):
                for name in names:
                    data = (Path(base) / name).read_bytes()
                    assert not [one for one in secrets if one in data], name

    def locked(self, path: str = LOCK) -> dict[str, str]:
        """Read which voice each name stands for on main; empty without a lockfile."""
        tracked = git(self.origin, "ls-tree", "-r", "-z", "--name-only", "main").split("\0")
        whole = (Path(self.directory) / path).as_posix()
        if whole not in tracked:
            return {}
        lock = json.loads(git(self.origin, "cat-file", "blob", f"main:{whole}"))
        return {name: entry["voice"] for name, entry in lock["voices"].items()}

    def subjects(self) -> list[str]:
        """List the subjects of main's commits, newest first."""
        return git(self.origin, "log", "--format=%s", "main").splitlines()


def entry(name: str) -> dict[str, str]:
    """Give the lockfile's entry of a voice that somebody else made."""
    return {
        "voice": f"qwen-tts-vd-{name}-voice-20251201102800123-a1b2",
        "target_model": "qwen3-tts-vd-2026-01-26",
        "language": "en",
        "spec": f"sha256:{1:064x}",
    }


def lockfile_of(*names: str) -> str:
    """Write the lockfile of somebody else's voices."""
    voices = {name: entry(name) for name in names}
    return json.dumps({"version": 1, "voices": voices}, indent=2) + "\n"


def pull_request(head: str, *, repository: str = "team/voices") -> dict[str, object]:
    """Give the payload of a pull request's event."""
    return {"pull_request": {"number": 7, "head": {"sha": head, "repo": {"full_name": repository}}}}
