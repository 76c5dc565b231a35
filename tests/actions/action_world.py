"""A repository with a real remote, an account in the sandbox, a hub: what the action works on."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from action_engine import OURS, JobEnd, StepEnd, pin, run_workflow
from action_engine import Run as Machine
from action_tools import ROOT, base_environment, read_yaml
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
DAILY = "17 6 * * *"
SETTINGS = "version: 1\nrequests_per_minute: 6000\nsettle_s: 1\n"


class Account:
    """The sandbox behind a port.

    What was asked is told to `on_request` when it was done; a create waits for `may_reply`, too.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.may_reply = threading.Event()
        self.may_reply.set()
        self.create_done = threading.Event()
        self.on_request: Callable[[str], None] = lambda _: None
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
        action = json.loads(body)["input"]["action"]
        self.on_request(action)
        if action == "create":
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
class Ended:
    """How a run of the action ended; its steps by id, or by name where they have none."""

    conclusion: str
    outputs: dict[str, str]
    steps: dict[str, StepEnd]
    log: str
    summary: str


@dataclass
class World:
    """Everything that a run of the action finds; each run gets a new machine.

    `directory` is the project's folder in the repository. `installed` is the environment that the
    action has made on another machine; without it, each run makes its own.
    """

    folder: Path
    account: Account
    account_url: str
    hub: Hub
    hub_url: str
    installed: Path | None
    directory: str = "."
    remote: str = ""
    runs: int = 0
    variables: dict[str, str] = field(default_factory=dict)
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
        # As a hub has it: a checkout is that of the event's commit, whatever the branch has now.
        git(self.origin, "config", "uploadpack.allowAnySHA1InWant", "true")
        git(self.desk, "remote", "add", "origin", str(self.origin))
        project = self.desk / self.directory
        (project / "manifests").mkdir(parents=True)
        (project / "voiceops.yaml").write_text(SETTINGS, encoding="utf-8")
        (self.desk / ".gitattributes").write_text("voiceops*.lock merge=voiceops\n")
        self.declare("anchor", "wetter")

    def declare(self, *names: str) -> str:
        """Push a manifest that declares these voices; gives the commit."""
        return self.push({"manifests/voices.yaml": write_manifest(*names)})

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
        self, *, event: str = "push", payload: Mapping[str, object] | None = None, ref: str = ""
    ) -> Machine:
        """Give a machine for an event that happens now: on main, or in pull request 7."""
        self.runs += 1
        folder = self.folder / f"machine-{self.runs}"
        folder.mkdir()
        git(folder, "clone", "-q", "--depth", "1", self.origin.as_uri(), "clone")
        in_review = event == "pull_request"
        ref = ref or ("refs/pull/7/merge" if in_review else "refs/heads/main")
        if in_review:
            git(self.origin, "update-ref", ref, "main")
        variables = {
            **base_environment(folder),
            "NO_COLOR": "1",  # the engine gives each step a terminal, the platform does not
            "STAND_IN_REMOTE": self.remote or str(self.origin),
            "STAND_IN_INSTALLED": str(self.installed or ""),
            "DASHSCOPE_HTTP_BASE_URL": self.account_url,
            **self.variables,
        }
        github = {
            "GITHUB_API_URL": self.hub_url,
            "GITHUB_REF": ref,
            "GITHUB_REPOSITORY": "team/voices",
            "GITHUB_RUN_ID": str(1000 + self.runs),
        }
        about = {"ref": ref, "repository": {"default_branch": "main"}, **(payload or {})}
        if event == "schedule":  # the platform tells nothing else of it
            about = {"schedule": DAILY, **(payload or {})}
        secrets = {"GITHUB_TOKEN": TOKEN, "DASHSCOPE_API_KEY": KEY, "DASHSCOPE_API_KEY_PROD": KEY}
        run = Machine(folder, folder / "clone", event, about, variables, github, secrets)
        self.machines.append(run)
        return run

    def run(
        self,
        command: str,
        *,
        machine: Machine | None = None,
        before: str = "",
        env: Mapping[str, str] | None = None,
        **inputs: str,
    ) -> Ended:
        """Run the action in a job of its own, after a checkout and what else is to be done before.

        `env` are variables of the step. Neither key nor token may be in anything that it leaves.
        """
        machine = machine or self.machine()
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        keys = "DASHSCOPE_API_KEY=${{ secrets.DASHSCOPE_API_KEY }}"
        given = {"command": command, "directory": self.directory, "keys": keys, **given}
        workflow = machine.folder / "workflow.yml"
        workflow.write_text(json.dumps(_write_workflow(given, before, env or {})), encoding="utf-8")
        job = self.run_workflow(workflow, machine)["only"]
        assert (job.steps[CHECKOUT,].outcome, job.steps[BEFORE,].outcome) == ("success",) * 2, job
        return _look_into(job)

    def run_workflow(
        self, workflow: Path, machine: Machine, *, job: str | None = None
    ) -> dict[str, JobEnd]:
        """Run a workflow; neither key nor token may be in anything that it leaves."""
        jobs = run_workflow(workflow, machine, job=job)
        for end in jobs.values():
            self.look_for_secrets(machine, end.log)
        return jobs

    def look_for_secrets(self, machine: Machine, log: str) -> None:
        """Find neither key nor token in the log, nor in a file of the machine or the remote."""
        secrets = (KEY.encode(), TOKEN.encode())
        assert not [one for one in secrets if one in log.encode()]
        for top in (machine.folder, self.origin):
            for base, _, names in os.walk(top):
                for path in (Path(base) / name for name in names):
                    data = path.read_bytes() if path.is_file() else b""
                    assert not [one for one in secrets if one in data], path

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


# The steps of the workflow that runs the action.
CHECKOUT, BEFORE, ACTION = "checkout", "before", "action"


def _write_workflow(
    inputs: Mapping[str, str], before: str, env: Mapping[str, str]
) -> dict[str, object]:
    """Write a workflow with one job, for any event."""
    action = {"id": ACTION, "uses": pin(OURS), "with": inputs, "env": env}
    steps = [
        {"id": CHECKOUT, "uses": pin("actions/checkout"), "with": {"persist-credentials": False}},
        {"id": BEFORE, "run": before or "true"},
        action,
        {"run": "false"},  # the engine throws away what is left by a job that succeeds
    ]
    events = {"push": {}, "pull_request": {}, "schedule": [{"cron": DAILY}]}
    return {"on": events, "jobs": {"only": {"runs-on": "ubuntu-latest", "steps": steps}}}


def _look_into(job: JobEnd) -> Ended:
    """Give the end of the action, with the names that action.yml gives its steps."""
    whole = job.steps[ACTION,]
    steps = {
        str(step.get("id") or step["name"]): job.steps.get(
            (ACTION, str(step.get("id", number))), StepEnd()
        )
        for number, step in enumerate(read_yaml(ROOT / "action.yml")["runs"]["steps"])
    }
    return Ended(whole.outcome, whole.outputs, steps, whole.log, job.summary)


def write_manifest(*names: str) -> str:
    """Write a manifest that declares these voices."""
    voices = "".join(VOICE.format(name=name) for name in names).removeprefix("\n")
    return MANIFEST.format(voices=voices)


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
    from_there = {"ref": "feature", "sha": head, "repo": {"full_name": repository}}
    about = {"number": 7, "head": from_there, "base": {"ref": "main"}, "user": {"login": "ann"}}
    return {"number": 7, "pull_request": about}
