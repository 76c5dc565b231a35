"""The hooks, run by pre-commit itself: it clones, installs, and calls them in a commit."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from action_tools import ROOT, base_environment, commit_tree, copy_tree, find_linters
from ruamel.yaml import YAML

SLOPPY = "voices:\n    anchor: {preview_text: Good evening., voice_prompt: A deep voice.}\n"


@pytest.fixture(scope="session")
def hooks() -> tuple[Path, str]:
    """Give a repository that holds this tree, always at the same commit, and that commit."""
    return commit_tree()


def read_hooks(number: int) -> str:
    """Read the hooks of one of the page's examples, as they stand there."""
    page = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
    _, _, section = page.partition("## Before the commit")
    return re.findall(r"^    hooks:\n(?:      .*\n)+", section, re.MULTILINE)[number]


def write_config(repository: Path, hooks: tuple[Path, str], *, example: int) -> None:
    """Use the hooks as ci.md says, but for the address and the commit."""
    clone, commit = hooks
    config = f'repos:\n  - repo: {clone}\n    rev: "{commit}"\n{read_hooks(example)}'
    (repository / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path, hooks: tuple[Path, str]) -> Path:
    """Give a repository that uses the hooks as ci.md says."""
    write_config(tmp_path, hooks, example=0)
    (tmp_path / "manifests").mkdir()
    run(tmp_path, "git", "init", "-q", "-b", "main")
    run(tmp_path, "pre-commit", "install")
    return tmp_path


def run(repository: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as somebody at a desk who has pre-commit; what it installs is kept."""
    env = {
        **base_environment(repository),
        "PATH": f"{find_linters()}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(copy_tree() / "pre-commit"),
        **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
    }
    return subprocess.run(
        command, cwd=repository, env=env, capture_output=True, text=True, timeout=300, check=False
    )


def commit(repository: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Commit a manifest."""
    (repository / "manifests" / "voices.yaml").write_text(text, encoding="utf-8")
    run(repository, "git", "add", "-A")
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    return run(repository, "git", *identity, "commit", "-m", "voices")


def test_a_commit_of_a_faulty_manifest_is_refused(repository: Path) -> None:
    ran = commit(repository, "voices: {anchor: {voice_promt: x}}\n")
    assert ran.returncode == 1
    assert "manifests/voices.yaml:1:19" in ran.stderr, ran.stderr
    assert "voice_promt" in ran.stderr


def test_a_sloppy_manifest_is_put_into_form_and_then_passes(repository: Path) -> None:
    sloppy = "defaults: {target_model: qwen3-tts-vd-2026-01-26, language: en}\n" + SLOPPY
    ran = commit(repository, sloppy)
    assert ran.returncode == 1
    assert "files were modified by this hook" in ran.stderr
    formatted = (repository / "manifests" / "voices.yaml").read_text(encoding="utf-8")
    assert formatted != sloppy
    ran = commit(repository, formatted)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("Passed") == 2
    (repository / "README.md").write_text("nobody's business\n", encoding="utf-8")
    run(repository, "git", "add", "README.md")
    assert run(repository, "pre-commit", "run").stdout.count("Skipped") == 2


def test_a_project_in_a_subfolder_is_seen_with_its_yml_and_its_lockfile(
    repository: Path, hooks: tuple[Path, str]
) -> None:
    write_config(repository, hooks, example=1)
    folder = repository / "voices" / "manifests"
    folder.mkdir(parents=True)
    sloppy = "defaults: {target_model: qwen3-tts-vd-2026-01-26, language: en}\n" + SLOPPY
    (folder / "b.yaml").write_text(sloppy, encoding="utf-8")
    (folder / "a.yml").write_text(sloppy.replace("anchor", "wetter"), encoding="utf-8")
    run(repository, "git", "add", "-A")
    ran = run(repository, "pre-commit", "run", "voiceops-fmt")
    assert "2 of 2 manifests formatted." in ran.stdout, ran.stdout + ran.stderr
    assert (folder / "b.yaml").read_text(encoding="utf-8") != sloppy


def test_manifests_of_other_tools_are_nobodys_business(repository: Path) -> None:
    other = repository / "k8s" / "manifests" / "svc.yaml"
    other.parent.mkdir(parents=True)
    other.write_text("apiVersion: v1\n", encoding="utf-8")
    (repository / "manifests" / "README.md").write_text("Voices.\n", encoding="utf-8")
    declared = "defaults: {target_model: qwen3-tts-vd-2026-01-26, language: en}\n" + SLOPPY
    commit(repository, declared)
    ran = run(repository, "pre-commit", "run", "--all-files")
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("path", "hooks_run"),
    [
        ("manifests/a.yaml", 2),
        ("voices/manifests/deep/a.yml", 2),
        ("voiceops.yaml", 1),
        ("voices/voiceops.prod.lock", 1),
        ("docs/a.yaml", 0),
    ],
)
def test_hooks_run_for_what_they_look_at(path: str, hooks_run: int) -> None:
    listed = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert sum(bool(re.search(hook["files"], path)) for hook in listed) == hooks_run
