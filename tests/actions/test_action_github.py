"""The GitHub pipeline that `voiceops init` writes, and the workflows of ci.md, run by act.

Nothing in them is changed but where something is: an owner and a commit, or a host that git knows
by another address.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from action_engine import JobEnd, Run
from action_tools import FOLDER, ROOT, commit_tree
from action_world import LOCK, SETTINGS, World, git, lockfile_of, pull_request, write_manifest
from git_server import serving_git
from github_server import READ_ONLY_TOKEN, TOKEN

REFUSED = "faults: [{on: create, name: wetter, reply: {status: 400, code: DataInspectionFailed}}]"
EXAMPLES = ROOT / "docs" / "how-to" / "github"
# The environment that the examples name.
NAMED = SETTINGS + "environments: {prod: {}}\n"
WEEKLY = {"schedule": "41 6 * * 1"}
HOST = "https://example.com/"


@pytest.fixture
def pipeline(world: World) -> Iterator[Path]:
    """Write the pipeline into the repository, which asks for the token before it takes a push."""
    repository, commit = commit_tree()
    requirement = f"voices-as-code @ git+{HOST}{repository.name}@{commit}"
    words = ["init", "--ci", "github", "--install", requirement]
    subprocess.run([sys.executable, "-m", "voiceops", *words], cwd=world.desk, check=True)
    world.push({})
    with serving_git(repository.parent) as sources, serving_git(world.folder) as url:
        world.remote = f"{url}/origin.git"
        # The pipeline installs from that host.
        world.variables = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{sources}/.insteadOf",
            "GIT_CONFIG_VALUE_0": HOST,
            "PIP_CACHE_DIR": str(FOLDER / "pip-cache"),
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
        }
        yield world.desk / ".github" / "workflows" / "voiceops.yml"


def tell(jobs: dict[str, JobEnd]) -> dict[str, str]:
    """Tell how each job ended."""
    return {name: job.conclusion for name, job in jobs.items()}


def test_the_pipeline_commits_also_after_a_partial_failure(world: World, pipeline: Path) -> None:
    world.account.follow(REFUSED)

    once = threading.Lock()

    def push_once(action: str) -> None:
        with once:
            if action == "create" and not world.locked():
                world.push({LOCK: lockfile_of("aaron")})

    world.account.on_request = push_once
    machine = world.machine()
    jobs = world.run_workflow(pipeline, machine)
    assert tell(jobs) == {"validate": "success", "apply": "failure"}
    assert [step.code for step in jobs["apply"].steps.values() if step.code] == [4]
    assert set(world.locked()) == {"aaron", "anchor"}
    assert "1 created, 1 failed" in jobs["apply"].summary
    kept = {path.name for path in (machine.artifacts / "voiceops-apply-1").rglob("*")}
    assert {"report.json", LOCK, "journal.jsonl", "previews"} < kept


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        ("pull_request", {"validate": "success", "plan": "success"}),
        ("schedule", {"validate": "success", "drift": "failure"}),
    ],
)
def test_the_pipeline_looks_without_writing(
    world: World, pipeline: Path, event: str, ends: dict[str, str]
) -> None:
    payload = pull_request("a" * 40) if event == "pull_request" else {}
    jobs = world.run_workflow(pipeline, world.machine(event=event, payload=payload))
    assert tell(jobs) == ends, jobs
    codes = [step.code for job in jobs.values() for step in job.steps.values() if step.code]
    assert codes == ([2] if event == "schedule" else [])
    assert world.account.billed == []


def test_a_plan_that_a_person_must_decide_fails_the_review(world: World, pipeline: Path) -> None:
    world.push({LOCK: lockfile_of("aaron"), "manifests/voices.yaml": "voices: {}\n"})
    payload = pull_request("a" * 40)
    jobs = world.run_workflow(pipeline, world.machine(event="pull_request", payload=payload))
    assert tell(jobs) == {"validate": "success", "plan": "failure"}, jobs
    assert "no voice is declared" in jobs["plan"].log


def test_by_the_clock_nothing_is_applied_on_another_branch(world: World, pipeline: Path) -> None:
    git(world.desk, "push", "-q", "origin", "HEAD:develop")
    machine = world.machine(event="schedule", payload=WEEKLY, ref="refs/heads/develop")
    assert tell(world.run_workflow(pipeline, machine)) == {"validate": "success"}
    assert world.account.billed == []


def test_once_a_week_the_pipeline_applies(world: World, pipeline: Path) -> None:
    jobs = world.run_workflow(pipeline, world.machine(event="schedule", payload=WEEKLY))
    assert tell(jobs) == {"validate": "success", "apply": "success"}
    assert set(world.locked().values()) == set(world.account.billed)


def run_example(world: World, name: str, machine: Run) -> dict[str, JobEnd]:
    return world.run_workflow(EXAMPLES / name, machine)


@pytest.mark.parametrize("is_fork", [False, True])
def test_the_review_plans_only_what_is_from_here(world: World, is_fork: bool) -> None:
    world.push({"voiceops.yaml": NAMED})
    repository = "mallory/voices" if is_fork else "team/voices"
    payload = pull_request("a" * 40, repository=repository)
    jobs = run_example(world, "review.yml", world.machine(event="pull_request", payload=payload))
    assert tell(jobs) == {"validate": "success"} | ({} if is_fork else {"plan": "success"})
    assert len(world.hub.bodies(7)) == (0 if is_fork else 1)


@pytest.mark.parametrize(("event", "payload"), [("push", {}), ("schedule", WEEKLY)])
def test_the_example_applies_the_plan_that_was_made(
    world: World, event: str, payload: dict[str, str]
) -> None:
    world.push({"voiceops.yaml": NAMED})
    machine = world.machine(event=event, payload=payload)
    assert tell(run_example(world, "apply.yml", machine)) == {
        "validate": "success",
        "plan": "success",
        "apply": "success",
    }
    assert set(world.locked("voiceops.prod.lock")) == {"anchor", "wetter"}
    assert tell(run_example(world, "apply.yml", world.machine())) == {
        "validate": "success",
        "plan": "success",
    }


def test_a_matrix_on_another_branch_fails_and_does_nothing(world: World) -> None:
    world.push({"voiceops.yaml": SETTINGS + "environments: {prod: {}, research: {}, staging: {}}"})
    git(world.desk, "push", "-q", "origin", "HEAD:feature")
    machine = world.machine(event="workflow_dispatch", ref="refs/heads/feature")
    jobs = run_example(world, "matrix.yml", machine)
    assert set(tell(jobs).values()) == {"failure"}
    assert "apply runs for the branch main alone" in jobs["apply (prod)"].log
    assert world.account.billed == []


def test_a_run_on_another_branch_fails_with_a_sentence(world: World) -> None:
    machine = world.machine(event="workflow_dispatch", ref="refs/heads/feature")
    jobs = run_example(world, "apply.yml", machine)
    assert tell(jobs) == {"validate": "failure"}
    assert "this applies the branch main alone, and this run is for refs/heads/feature" in (
        jobs["validate"].log
    )
    assert world.account.billed == []


def test_the_called_apply_takes_a_branch_a_selection_and_a_token(world: World) -> None:
    world.push({"voiceops.yaml": NAMED})
    git(world.desk, "push", "-q", "origin", "HEAD:live")
    with serving_git(world.folder) as url:
        world.remote = f"{url}/origin.git"
        machine = world.machine(ref="refs/heads/live")
        machine.secrets = {
            **machine.secrets,
            "GITHUB_TOKEN": READ_ONLY_TOKEN,
            "VOICEOPS_PUSH_TOKEN": TOKEN,
        }
        workflow = machine.folder / "apply.yml"
        example = (EXAMPLES / "apply.yml").read_text(encoding="utf-8")
        given = example.replace("with: {", "with: {branch: live, only: anchor, max-age: 7d, ")
        workflow.write_text(given.replace("branches: [main]", "branches: [live]"))
        jobs = world.run_workflow(workflow, machine)
    assert set(tell(jobs).values()) == {"success"}, jobs
    assert "anchor" in git(world.origin, "show", "live:voiceops.prod.lock")
    assert len(world.account.billed) == 1
    assert len(list(machine.artifacts.glob("voiceops-plan-prod-*-1"))) == 1


@pytest.mark.parametrize(("event", "payload"), [("push", {}), ("schedule", WEEKLY)])
def test_the_jobs_of_a_matrix_push_side_by_side(
    world: World, event: str, payload: dict[str, str]
) -> None:
    accounts = ("prod", "research", "staging")
    settings = [f"  {name}: {{manifests: [manifests/{name}.yaml]}}\n" for name in accounts]
    declared = {f"manifests/{name}.yaml": write_manifest(name) for name in accounts}
    world.push({"voiceops.yaml": SETTINGS + "environments:\n" + "".join(settings), **declared})
    jobs = run_example(world, "matrix.yml", world.machine(event=event, payload=payload))
    assert tell(jobs) == {f"apply ({name})": "success" for name in accounts}
    for name in accounts:
        assert set(world.locked(f"voiceops.{name}.lock")) == {name}


def test_the_drift_example_opens_an_issue(world: World) -> None:
    world.push({"voiceops.yaml": NAMED})
    jobs = run_example(world, "drift.yml", world.machine(event="schedule"))
    assert tell(jobs) == {"drift": "success"}
    assert [one["title"] for one in world.hub.issues] == ["Voices of prod: 2 to create"]
