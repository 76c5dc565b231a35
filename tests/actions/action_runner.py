"""Runs the steps of action.yml, or of a job, as a runner does: bash, node, files, exit codes.

What is not done as the platform does it is refused, or stands in STAND_INS.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from action_expressions import Functions, evaluate, fill
from action_tools import ROOT, copy_tree, find_node_modules
from ruamel.yaml import YAML

TIME_LIMIT_S = 120
# How the examples call the action of this repository.
OURS = "OWNER/voiceops"
_HEREDOC = re.compile(r"(?P<name>[^=<\s]+)<<(?P<end>\S+)")
_FORBIDDEN = re.compile(r'["<>|*?:\\/\r\n]')

Process = subprocess.Popen[bytes]
# Gets a step's process after its start, and tells whether the run was cancelled meanwhile.
Watch = Callable[[Process], bool]


@dataclass
class Machine:
    """What a job finds: a workspace, a folder for temporary files, variables, the event.

    `github` is the context of that name; what has a variable is in `env`, too.
    """

    workspace: Path
    temp: Path
    env: dict[str, str]
    github: dict[str, object]
    artifacts: Path


@dataclass
class StepEnd:
    """How a step ended: what it gave to others, and what it wrote into the log."""

    outcome: str = "skipped"
    conclusion: str = "skipped"
    outputs: dict[str, str] = field(default_factory=dict)
    code: int | None = None
    log: str = ""
    summary: str = ""


@dataclass
class Ended:
    """How all steps ended, by id, or by name where they have none."""

    steps: dict[str, StepEnd]
    outputs: dict[str, str]
    is_cancelled: bool

    @property
    def conclusion(self) -> str:
        """Tell how the job ends."""
        if self.is_cancelled:
            return "cancelled"
        failed = any(step.conclusion == "failure" for step in self.steps.values())
        return "failure" if failed else "success"

    @property
    def log(self) -> str:
        return "".join(step.log for step in self.steps.values())

    @property
    def summary(self) -> str:
        return "".join(step.summary for step in self.steps.values())


def read_yaml(path: Path) -> dict[str, object]:
    """Read a workflow or an action; `on` is a key like any other."""
    read = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def run_action(
    machine: Machine, inputs: Mapping[str, str], *, watch: Mapping[str, Watch] | None = None
) -> Ended:
    """Run the action of this repository with these inputs."""
    action = read_yaml(copy_tree() / "clone" / "action.yml")
    declared = action["inputs"]
    assert inputs.keys() <= declared.keys(), "an input is not declared"
    missing = {name for name, one in declared.items() if one.get("required")} - inputs.keys()
    assert missing == set(), "an input is missing"
    context = {"github": machine.github}
    defaults = {name: fill(one.get("default", ""), context) for name, one in declared.items()}
    runner = _Runner(machine, {"inputs": {**defaults, **inputs}}, dict(watch or {}))
    runner.run(action["runs"]["steps"])
    outputs = {name: fill(one["value"], runner.context) for name, one in action["outputs"].items()}
    return Ended(runner.steps, outputs, runner.is_cancelled)


def run_job(machine: Machine, job: Mapping[str, object], **contexts: object) -> Ended | None:
    """Run a job of a workflow with further contexts; None if its condition is not met.

    What a job installs is on the path already.
    """
    runner = _Runner(machine, contexts, {})
    if not evaluate(str(job.get("if", "always()")), runner.context, runner.functions):
        return None
    runner.run(
        [step for step in job["steps"] if step.get("run") != "pip install 'VOICEOPS-REQUIREMENT'"]
    )
    outputs = {name: fill(one, runner.context) for name, one in job.get("outputs", {}).items()}
    return Ended(runner.steps, outputs, runner.is_cancelled)


@dataclass
class _Runner:
    machine: Machine
    given: dict[str, object]
    watch: dict[str, Watch]
    steps: dict[str, StepEnd] = field(default_factory=dict)
    is_cancelled: bool = False
    exported: dict[str, str] = field(default_factory=dict)

    @property
    def context(self) -> dict[str, object]:
        steps = {
            name: {"outcome": one.outcome, "conclusion": one.conclusion, "outputs": one.outputs}
            for name, one in self.steps.items()
        }
        return {"github": self.machine.github, "steps": steps, **self.given}

    @property
    def functions(self) -> Functions:
        failed = any(step.conclusion == "failure" for step in self.steps.values())
        return {
            "always": lambda: True,
            "success": lambda: not failed and not self.is_cancelled,
            "failure": lambda: failed,
        }

    def run(self, steps: list[dict[str, object]]) -> None:
        for number, step in enumerate(steps):
            unknown = step.keys() - {
                "name", "id", "if", "env", "with", "uses", "run", "shell", "continue-on-error",
            }  # fmt: skip
            assert unknown == set(), f"these tests do not know {unknown}"
            name = str(step.get("id") or step.get("name") or step.get("uses") or number)
            condition = str(step.get("if", "success()"))
            if "(" not in condition:
                condition = f"success() && ({condition})"
            if evaluate(condition, self.context, self.functions):
                end = self.run_step(name, step)
                is_excused = step.get("continue-on-error") and end.outcome == "failure"
                end.conclusion = "success" if is_excused else end.outcome
                self.steps[name] = end
            else:
                self.steps[name] = StepEnd()

    def run_step(self, name: str, step: dict[str, object]) -> StepEnd:
        env = {key: fill(value, self.context) for key, value in step.get("env", {}).items()}
        values = {
            key: fill(str(value), self.context) for key, value in step.get("with", {}).items()
        }
        for key, value in step.get("with", {}).items():
            if isinstance(value, bool):
                values[key] = str(value).lower()
        if "uses" in step:
            action, _, version = str(step["uses"]).partition("@")
            assert re.fullmatch("[0-9a-f]{40}", version), "actions are pinned"
            if action == OURS:
                return self.run_ours(values, env)
            if action == "actions/github-script":
                return self.run_script(name, values, env)
            return STAND_INS[action](self.machine, values)
        assert step.get("shell", "bash") == "bash"
        script = self.machine.temp / f"step-{len(self.steps)}.sh"
        script.write_text(fill(str(step["run"]), self.context), encoding="utf-8")
        # Without `shell` a job's step has only -e; a composite action must name its shell.
        strict = ["--noprofile", "--norc", "-eo", "pipefail"] if "shell" in step else ["-e"]
        return self.run_process(name, ["bash", *strict, str(script)], env)

    def run_ours(self, values: dict[str, str], env: dict[str, str]) -> StepEnd:
        """Run the action of this repository as a step; its steps see the variables of this one."""
        machine = replace(self.machine, env={**self.machine.env, **self.exported, **env})
        ended = run_action(machine, values)
        return StepEnd(
            ended.conclusion, outputs=ended.outputs, log=ended.log, summary=ended.summary
        )

    def run_script(self, name: str, values: dict[str, str], env: dict[str, str]) -> StepEnd:
        """Run a script as actions/github-script does: with octokit, in an asynchronous function."""
        script = self.machine.temp / f"step-{len(self.steps)}.js"
        script.write_text(values["script"], encoding="utf-8")
        host = find_node_modules() / "action_script.mjs"
        shutil.copy(ROOT / "tests" / "actions" / "action_script.mjs", host)
        token = {"INPUT_GITHUB-TOKEN": values["github-token"]}
        return self.run_process(name, ["node", str(host), str(script)], {**env, **token})

    def run_process(self, name: str, command: list[str], env: dict[str, str]) -> StepEnd:
        """Run one process of a step, with the files that it may write to."""
        files = {
            key: self.machine.temp / f"{key.lower()}-{len(self.steps)}"
            for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")
        }
        for path in files.values():
            path.write_bytes(b"")
        variables = {key: str(path) for key, path in files.items()}
        with subprocess.Popen(
            command,
            cwd=self.machine.workspace,
            env={**self.machine.env, **self.exported, **env, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            if name in self.watch:
                self.is_cancelled = self.watch[name](process)
            log, _ = process.communicate(timeout=TIME_LIMIT_S)
        outcome = "success" if process.returncode == 0 else "failure"
        self.exported |= read_assignments(files["GITHUB_ENV"])
        assert files["GITHUB_PATH"].read_bytes() == b"", "the action leaves the job's path alone"
        return StepEnd(
            outcome="cancelled" if self.is_cancelled and name in self.watch else outcome,
            outputs=read_assignments(files["GITHUB_OUTPUT"]),
            code=process.returncode,
            log=log.decode(),
            summary=files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"),
        )


def read_assignments(path: Path) -> dict[str, str]:
    """Read what a step wrote to GITHUB_OUTPUT or GITHUB_ENV; any other line is an error there."""
    found: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == "", "the last line has no end"
    while lines:
        line = lines.pop(0)
        heredoc = _HEREDOC.fullmatch(line)
        if heredoc:
            end = lines.index(heredoc["end"])
            found[heredoc["name"]] = "\n".join(lines[:end])
            del lines[: end + 1]
        else:
            name, sign, value = line.partition("=")
            assert sign, f"{line!r} assigns nothing"
            found[name] = value
    return found


def _find_python(_: Machine, values: dict[str, str]) -> StepEnd:
    assert values.keys() <= {"python-version", "update-environment"}
    return StepEnd("success", outputs={"python-path": sys.executable})


def _check_out(_: Machine, values: dict[str, str]) -> StepEnd:
    """Leave the workspace as the test has made it."""
    assert values.keys() <= {"ref", "persist-credentials"}
    return StepEnd("success")


def _make_artifact(machine: Machine, values: dict[str, str]) -> StepEnd:
    """Copy as the real one uploads: hidden files only if asked for; wildcards are not for us."""
    assert not _FORBIDDEN.search(values["name"]), "the real one refuses this name"
    assert not re.search(r"[*?\[\]!]", values["path"]), "the real one takes it for a pattern"
    target = machine.artifacts / values["name"]
    found = [machine.workspace / line for line in values["path"].split("\n") if line]
    for path in (path for path in found if path.exists()):
        if path.is_dir():
            hidden = None if values.get("include-hidden-files") == "true" else _leave_hidden_out
            shutil.copytree(path, target, dirs_exist_ok=True, ignore=hidden)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return StepEnd("success")


def _leave_hidden_out(folder: str, names: list[str]) -> list[str]:
    is_hidden = any(part.startswith(".") for part in Path(folder).parts)
    return names if is_hidden else [name for name in names if name.startswith(".")]


def _take_artifact(machine: Machine, values: dict[str, str]) -> StepEnd:
    shutil.copytree(machine.artifacts / values["name"], machine.workspace / values["path"])
    return StepEnd("success")


# In the place of what the platform does.
STAND_INS: dict[str, Callable[[Machine, dict[str, str]], StepEnd]] = {
    "actions/checkout": _check_out,
    "actions/setup-python": _find_python,
    "actions/download-artifact": _take_artifact,
    "actions/upload-artifact": _make_artifact,
}


def base_environment(home: Path) -> dict[str, str]:
    """Give the variables that every process needs."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
