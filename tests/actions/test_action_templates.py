"""The GitLab pipeline that `voiceops init` writes, script by script."""

from __future__ import annotations

import subprocess
from pathlib import Path

from action_engine import Run as Machine
from action_tools import ROOT, base_environment
from action_world import KEY, LOCK, World, git, lockfile_of
from git_server import serving_git
from github_server import TOKEN
from ruamel.yaml import YAML

from voiceops.files.project.pipeline import Pipeline

REFUSED = "faults: [{on: create, name: wetter, reply: {status: 400, code: DataInspectionFailed}}]"
TEMPLATES = ROOT / "voiceops" / "templates"
FOR_DEFAULT = Pipeline(
    requirement="voices-as-code==1",
    environment="default",
    directory=".",
    lockfile=LOCK,
    state=".voiceops/default",
    key="DASHSCOPE_API_KEY",
    branch="main",
)


def run_gitlab(
    world: World, part: str, url: str, machine: Machine, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the script of the GitLab pipeline's apply as its runner does: one shell for all lines."""
    pipeline = YAML(typ="safe").load(FOR_DEFAULT.fill((TEMPLATES / "gitlab.yml").read_bytes()))
    env = {
        **base_environment(machine.folder),
        "PATH": f"{world.installed / 'bin'}:{machine.variables['PATH']}",
        "CI_COMMIT_BRANCH": "main",
        "CI_JOB_TOKEN": TOKEN,
        "CI_PROJECT_DIR": str(machine.clone),
        "UNPUSHED": str(machine.folder / "unpushed"),
        "CI_PROJECT_URL": f"{url}/origin",
        "CI_SERVER_HOST": "gitlab.example",
        "DASHSCOPE_API_KEY": KEY,
        "DASHSCOPE_HTTP_BASE_URL": world.account_url,
        **variables,
    }
    ran = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(pipeline["apply"][part])],
        cwd=machine.clone,
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
        # Every job comes to its after_script; here there is nothing left to do.
        (machine.clone / LOCK).write_text(lockfile_of("aaron"), encoding="utf-8")
        assert run_gitlab(world, "after_script", url, machine).returncode == 0
        assert set(world.locked()) == {"anchor"}


def test_the_gitlab_pipeline_commits_what_a_killed_script_left(
    world: World, tmp_path: Path
) -> None:
    """Cancelled, killed, or out of time: it has begun to apply, and not pushed."""
    git(world.origin, "config", "receive.advertisePushOptions", "true")
    machine = world.machine()
    (machine.clone / LOCK).write_text(lockfile_of("anchor"), encoding="utf-8")
    world.push({LOCK: lockfile_of("aaron")})
    with serving_git(tmp_path, user="gitlab-ci-token") as url:
        (machine.folder / "unpushed").touch()
        ran = run_gitlab(world, "after_script", url, machine)
    assert ran.returncode == 0, ran.stderr
    assert set(world.locked()) == {"aaron", "anchor"}
