"""Scripts of the action alone: refusals, one by one, and what no engine here can do to a job.

act delivers no signals and runs nothing after a cancelled step, so the scripts of a cancelled run
are run here in the order of action.yml, whose conditions let them run then.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from action_tools import ROOT, base_environment, read_yaml
from action_world import KEY, LOCK, World, git
from github_server import TOKEN

SCRIPTS = ROOT / ".github" / "action"
ON_LINUX = "this action runs on Linux; the runner is "
INPUTS = {
    "COMMAND": "apply", "ENVIRONMENT": "", "DIRECTORY": ".", "PLAN_FILE": "", "BRANCH": "",
    "COMMENT": "true", "COMMIT": "true", "ARTIFACT": "true", "ISSUE": "true",
    "FAIL_ON_DRIFT": "false", "DEFAULT_BRANCH": "main", "AUTHOR": "Ann <ann@example.com>",
}  # fmt: skip


def start(script: str, folder: Path, variables: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a script as a step does; its outputs go to a file of the folder."""
    platform = {
        "GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(folder), "RUNNER_OS": "Linux",
        "GITHUB_REF": "refs/heads/main", "GITHUB_RUN_ID": "1001",
    }  # fmt: skip
    program = sys.executable if script.endswith(".py") else "bash"
    return subprocess.Popen(
        [program, SCRIPTS / script],
        cwd=folder / "workspace",
        env={**base_environment(folder), **platform, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def finish(script: str, folder: Path, variables: Mapping[str, str]) -> tuple[int, str]:
    """Run a script to its end; gives its code and what it said."""
    with start(script, folder, variables) as process:
        said, _ = process.communicate(timeout=60)
    return process.returncode, said.decode()


@pytest.mark.parametrize(
    ("variables", "refusal"),
    [
        ({"COMMAND": "plan; echo pwned"}, r"the input command is plan\;\ echo\ pwned"),
        ({"COMMAND": ""}, "the input command is ''"),
        ({"COMMENT": "yes"}, "the input comment is yes"),
        ({"DIRECTORY": "no/such/folder"}, "the input directory is no/such/folder"),
        ({"COMMAND": "plan", "PLAN_FILE": "plan.json"}, "the input plan-file is for apply alone"),
        ({"PLAN_FILE": "plan.json"}, "the input plan-file is plan.json, which is no file"),
        ({"GITHUB_REF": "refs/pull/7/merge"}, "apply runs for the branch main alone"),
        ({"BRANCH": "live"}, "apply runs for the branch live alone, and this run is for"),
        ({"DEFAULT_BRANCH": ""}, "apply does not know the default branch"),
        ({"RUNNER_OS": "macOS"}, f"{ON_LINUX}macOS"),
        ({"RUNNER_OS": "Windows"}, f"{ON_LINUX}Windows"),
    ],
)
def test_what_could_go_wrong_later_is_refused_at_once(
    tmp_path: Path, variables: dict[str, str], refusal: str
) -> None:
    (tmp_path / "workspace").mkdir()
    code, said = finish("check.sh", tmp_path, {**INPUTS, **variables})
    assert (code, said.count("\n")) == (64, 1)
    assert said.startswith(f"::error title=voiceops::{refusal}")


def test_an_artifact_has_a_name_for_each_project_environment_and_attempt(tmp_path: Path) -> None:
    (tmp_path / "workspace" / "voices").mkdir(parents=True)
    runs = [
        {"ENVIRONMENT": environment, "DIRECTORY": directory, "GITHUB_RUN_ATTEMPT": attempt}
        for environment in ("", "prod")
        for directory in (".", "voices")
        for attempt in ("1", "2")
    ]
    for run in runs:
        assert finish("check.sh", tmp_path, {**INPUTS, **run}) == (0, "")
    lines = (tmp_path / "output").read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if line.startswith("artifact=voiceops-apply-")]
    assert len(set(names)) == len(runs)


def test_what_is_installed_does_not_see_the_key(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nenv\nexit 1\n")
    python.chmod(0o755)
    keys = {"DASHSCOPE_API_KEY_PROD": "sk-canary", "VOICEOPS_KEY": "sk-canary"}
    code, said = finish("install.sh", tmp_path, {**keys, "PYTHON": str(python)})
    assert code == 1
    assert "GITHUB_ACTION_PATH=" in said
    assert "sk-canary" not in said


def test_only_the_step_that_becomes_voiceops_gets_the_keys() -> None:
    action = read_yaml(ROOT / "action.yml")
    steps = action["runs"]["steps"]
    assert [step["id"] for step in steps if "inputs.keys" in str(step)] == ["run"]
    assert "toJSON" not in str(action)


KEY_NAME = "a name is DASHSCOPE_ or VOICEOPS_ with A-Z, 0-9 and _"


@pytest.mark.parametrize(
    ("keys", "code", "said"),
    [
        ("", 0, "key= other=old"),
        (" DASHSCOPE_API_KEY = a%b=c \n\n", 0, "::add-mask::a%25b=c\nkey=a%b=c other=old"),
        ("VOICEOPS_KEY=x\r\nDASHSCOPE_API_KEY=", 0, "::add-mask::x\nkey= other=x"),
        ("VOICEOPS_KEY=x\nsecret", 64, "::error title=voiceops::line 2 of the input keys"),
        ("PATH=secret", 64, "::error title=voiceops::line 1 of the input keys is not"),
        (
            "DASHSCOPE_API_KEY: secret",
            64,
            f"keys is not NAME=VALUE: {KEY_NAME}",
        ),
        ("=secret", 64, "line 1 of the input keys"),
    ],
)
def test_keys_are_read_line_by_line_and_masked(
    tmp_path: Path, keys: str, code: int, said: str
) -> None:
    (tmp_path / "workspace").mkdir()
    program = tmp_path / "voiceops"
    program.write_text('#!/bin/sh\necho "key=$DASHSCOPE_API_KEY other=$VOICEOPS_KEY$KEYS"\n')
    program.chmod(0o755)
    variables = {"BIN": str(tmp_path), "WORDS": "[]", "KEYS": keys, "VOICEOPS_KEY": "old"}
    ended, printed = finish("run.py", tmp_path, variables)
    assert (ended, said in printed, "secret" in printed) == (code, True, False), printed


def test_every_step_after_the_run_is_for_a_cancelled_one_too() -> None:
    steps = read_yaml(ROOT / "action.yml")["runs"]["steps"]
    run = next(number for number, step in enumerate(steps) if step.get("id") == "run")
    assert [step for step in steps[run + 1 :] if not step["if"].startswith("always() && ")] == []


def check_out(world: World) -> tuple[Path, dict[str, str]]:
    """Check main out; gives the folder, and the variables of the steps of an apply there."""
    folder = world.folder / "checked-out"
    folder.mkdir()
    git(folder, "clone", "-q", "--depth", "1", world.origin.as_uri(), "workspace")
    workspace = folder / "workspace"
    return folder, {
        **INPUTS, "ENVIRONMENT": "default", "BIN": str(world.installed / "bin"),
        "DOCUMENT": str(folder / "apply.json"), "MARKDOWN": str(folder / "apply.md"),
        "KEPT": str(folder / "kept"), "LOCKFILE": str(workspace / LOCK),
        "STATE": str(workspace / ".voiceops" / "default"), "OUTCOME": "cancelled",
        "VOICEOPS_PUSH_TOKEN": TOKEN,
        "DASHSCOPE_API_KEY": KEY, "DASHSCOPE_HTTP_BASE_URL": world.account_url,
        "WORDS": json.dumps(["apply", "-C", ".", "-o", str(folder / "apply.json"), "--yes"]),
    }  # fmt: skip


def cancel(process: subprocess.Popen[bytes], world: World, *, is_impatient: bool) -> None:
    """Cancel a run while a create is in flight, as the platform does: SIGINT, later SIGTERM.

    The platform waits 7.5 s in between; here the second one comes when the first was understood.
    """
    assert process.stdout is not None
    assert world.account.create_done.wait(60)
    process.send_signal(signal.SIGINT)
    said = b""
    while b"nothing more is sent" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    if is_impatient:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    world.account.may_reply.set()


@pytest.mark.parametrize("is_impatient", [False, True], ids=["SIGINT", "then_SIGTERM"])
def test_a_cancelled_apply_commits_what_it_has_and_nothing_is_paid_twice(
    world: World, is_impatient: bool
) -> None:
    world.run("apply")
    world.declare("anchor", "bella", "carla", "wetter", "xenia")
    folder, variables = check_out(world)
    world.account.create_done.clear()
    world.account.may_reply.clear()
    with start("run.py", folder, variables) as process:
        cancel(process, world, is_impatient=is_impatient)
        process.communicate(timeout=60)
    assert process.returncode == (143 if is_impatient else 130)
    for script in ("push.sh", "report.py", "gather.sh"):
        code, said = finish(script, folder, variables)
        assert code == 0, said
    told = (folder / "output").read_text(encoding="utf-8")
    assert ("exit_code=\n" if is_impatient else "exit_code=130\n") in told
    before = world.account.billed
    assert len(before) > 2
    if not is_impatient:
        assert set(world.locked().values()) == set(before)
    again = world.run("apply")
    assert again.conclusion == "success", again.log
    assert len(world.account.billed) == 5
    assert set(world.locked().values()) == set(world.account.billed)


def test_an_emergency_file_is_committed_and_taken_in_by_the_next_apply(world: World) -> None:
    folder, variables = check_out(world)
    assert finish("run.py", folder, variables)[0] == 0
    # What a voiceops leaves that could not write its lockfile.
    lockfile = folder / "workspace" / LOCK
    emergency = lockfile.with_name(f"{LOCK}.emergency.jsonl")
    emergency.write_text(f"\n{json.dumps(json.loads(lockfile.read_bytes()))}\n")
    lockfile.unlink()
    assert finish("push.sh", folder, variables)[0] == 0
    tracked = git(world.origin, "ls-tree", "--name-only", "main").split()
    assert (emergency.name in tracked, LOCK in tracked) == (True, False)
    ended = world.run("apply")
    tracked = git(world.origin, "ls-tree", "--name-only", "main").split()
    assert (emergency.name in tracked, LOCK in tracked) == (False, True)
    assert set(world.locked().values()) == set(world.account.billed)
    assert (len(world.account.billed), ended.conclusion) == (2, "success")
