"""The pipelines that `voiceops init` writes, and the examples of the docs, job by job."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from action_runner import Ended, Machine, base_environment, read_yaml, run_job
from action_tools import ROOT
from action_world import KEY, LOCK, SETTINGS, World, git, lockfile_of, pull_request
from git_server import serving_git
from github_server import TOKEN
from ruamel.yaml import YAML

REFUSED = "faults: [{on: create, name: wetter, reply: {status: 400, code: DataInspectionFailed}}]"
TEMPLATES = ROOT / "voiceops" / "templates"
EXAMPLES = ROOT / "docs" / "how-to" / "github"
# An environment that the examples name, with its own key.
NAMED = (
    SETTINGS
    + "environments:\n"
    + "".join(f"  {name}: {{api_key: DASHSCOPE_API_KEY{key}}}\n" for name, key in (
        ("prod", "_PROD"), ("staging", ""), ("research", "")
    ))
)  # fmt: skip


def run(
    world: World, workflow: Path, job: str, machine: Machine, **contexts: object
) -> Ended | None:
    """Run a job; the key is a secret of its repository, and no variable of the machine."""
    env = {name: value for name, value in machine.env.items() if name != "DASHSCOPE_API_KEY"}
    env["PATH"] = f"{world.installed / 'bin'}:{env['PATH']}"
    secrets = {"DASHSCOPE_API_KEY": KEY, "DASHSCOPE_API_KEY_PROD": KEY}
    ended = run_job(
        replace(machine, env=env), read_yaml(workflow)["jobs"][job], secrets=secrets, **contexts
    )
    world.look_for_secrets(machine, ended.log if ended else "")
    return ended


def test_the_github_pipeline_commits_also_after_a_partial_failure(
    world: World, tmp_path: Path
) -> None:
    world.account.follow(REFUSED)
    with serving_git(tmp_path) as url:
        world.remote = f"{url}/origin.git"
        machine = world.machine()
        world.push({"README.md": "pushed after the checkout\n"})
        ended = run(world, TEMPLATES / "github.yml", "apply", machine)
    assert ended is not None
    assert ended.conclusion == "failure"
    assert [step.code for step in ended.steps.values() if step.code] == [4]
    assert set(world.locked()) == {"anchor"}
    assert "1 created, 1 failed" in ended.summary
    kept = {path.name for path in (machine.artifacts / "voiceops-apply").rglob("*")}
    assert {"report.json", LOCK, "journal.jsonl", "previews"} < kept


def test_the_github_pipeline_looks_without_writing(world: World) -> None:
    for job, event in (
        ("validate", "pull_request"),
        ("plan", "pull_request"),
        ("drift", "schedule"),
    ):
        payload = pull_request("a" * 40) if event == "pull_request" else {}
        machine = world.machine(event=event, payload=payload)
        ended = run(world, TEMPLATES / "github.yml", job, machine)
        assert ended is not None
        assert ended.conclusion == ("failure" if job == "drift" else "success"), ended.log
    assert world.account.billed == []


@pytest.mark.parametrize("is_fork", [False, True])
def test_the_review_plans_only_what_is_from_here(world: World, is_fork: bool) -> None:
    world.push({"voiceops.yaml": NAMED})
    repository = "mallory/voices" if is_fork else "team/voices"
    payload = pull_request("a" * 40, repository=repository)
    machine = world.machine(event="pull_request", payload=payload)
    checked = run(world, EXAMPLES / "review.yml", "validate", machine)
    assert checked is not None
    assert checked.conclusion == "success"
    planned = run(world, EXAMPLES / "review.yml", "plan", machine)
    assert (planned is None) == is_fork
    assert len(world.hub.bodies(7)) == (0 if is_fork else 1)


def test_the_example_applies_the_plan_that_was_made(world: World) -> None:
    world.push({"voiceops.yaml": NAMED})
    planner, applier = world.machine(), world.machine()
    planned = run(world, EXAMPLES / "apply.yml", "plan", planner)
    assert planned is not None
    assert planned.outputs == {"changes": "2"}
    ended = run(
        world,
        EXAMPLES / "apply.yml",
        "apply",
        replace(applier, artifacts=planner.artifacts),
        needs={"plan": {"outputs": planned.outputs}},
    )
    assert ended is not None
    assert ended.conclusion == "success", ended.log
    assert set(world.locked("voiceops.prod.lock")) == {"anchor", "wetter"}
    nothing = {"plan": {"outputs": {"changes": "0"}}}
    assert run(world, EXAMPLES / "apply.yml", "apply", applier, needs=nothing) is None


def test_the_jobs_of_a_matrix_push_side_by_side(world: World) -> None:
    world.push({"voiceops.yaml": NAMED})
    machines = {name: world.machine() for name in ("staging", "research")}
    for name, machine in machines.items():
        ended = run(world, EXAMPLES / "matrix.yml", "apply", machine, matrix={"account": name})
        assert ended is not None
        assert ended.conclusion == "success", ended.log
        assert set(world.locked(f"voiceops.{name}.lock")) == {"anchor", "wetter"}


def test_the_drift_example_opens_an_issue(world: World) -> None:
    world.push({"voiceops.yaml": NAMED})
    ended = run(world, EXAMPLES / "drift.yml", "drift", world.machine(event="schedule"))
    assert ended is not None
    assert ended.conclusion == "success"
    assert [one["title"] for one in world.hub.issues] == ["Voices of prod have drifted"]


def run_gitlab(
    world: World, part: str, url: str, machine: Machine, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the script of the GitLab pipeline's apply as its runner does: one shell for all lines."""
    pipeline = YAML(typ="safe").load((TEMPLATES / "gitlab.yml").read_text(encoding="utf-8"))
    env = {
        **base_environment(machine.workspace.parent),
        "PATH": f"{world.installed / 'bin'}:{machine.env['PATH']}",
        "CI_COMMIT_BRANCH": "main",
        "CI_JOB_TOKEN": TOKEN,
        "CI_PROJECT_URL": f"{url}/origin",
        "CI_SERVER_HOST": "gitlab.example",
        "DASHSCOPE_API_KEY": KEY,
        "DASHSCOPE_HTTP_BASE_URL": world.account_url,
        **variables,
    }
    ran = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(pipeline["apply"][part])],
        cwd=machine.workspace,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    world.look_for_secrets(machine, ran.stdout + ran.stderr)
    return ran


def test_the_gitlab_pipeline_commits_also_after_a_partial_failure(
    world: World, tmp_path: Path
) -> None:
    git(world.origin, "config", "receive.advertisePushOptions", "true")
    world.account.follow(REFUSED)
    machine = world.machine()
    world.push({"README.md": "pushed after the checkout\n"})
    with serving_git(tmp_path, user="gitlab-ci-token") as url:
        ran = run_gitlab(world, "script", url, machine)
        assert ran.returncode == 4, ran.stderr
        assert set(world.locked()) == {"anchor"}
        assert world.subjects()[:2] == ["Record voices of default", "Declare voices"]
        # A job that is cancelled comes to its after_script; here there is nothing left to do.
        before = world.subjects()
        assert (
            run_gitlab(world, "after_script", url, machine, CI_JOB_STATUS="canceled").returncode
            == 0
        )
        assert world.subjects() == before


def test_the_gitlab_pipeline_commits_what_a_cancelled_job_left(
    world: World, tmp_path: Path
) -> None:
    git(world.origin, "config", "receive.advertisePushOptions", "true")
    machine = world.machine()
    (machine.workspace / LOCK).write_text(lockfile_of("anchor"), encoding="utf-8")
    world.push({LOCK: lockfile_of("aaron")})
    with serving_git(tmp_path, user="gitlab-ci-token") as url:
        ran = run_gitlab(world, "after_script", url, machine, CI_JOB_STATUS="canceled")
    assert ran.returncode == 0, ran.stderr
    assert set(world.locked()) == {"aaron", "anchor"}
