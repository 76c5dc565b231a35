"""Lockfiles of two branches, merged by a real git with voiceops as its driver."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

LOCK = "voiceops.lock"


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def entry(name: str, number: int) -> dict[str, str]:
    return {
        "voice": f"qwen-tts-vd-{name}-voice-20261122120000123-{number:04x}",
        "target_model": "qwen3-tts-vd-2026-01-26",
        "language": "en",
        "spec": f"sha256:{number:064x}",
    }


def write(folder: Path, **voices: int) -> None:
    lock = {
        "version": 1,
        "voices": {name: entry(name, number) for name, number in sorted(voices.items())},
    }
    (folder / LOCK).write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    driver = f'"{sys.executable}" -m voiceops lockfile-merge %O %A %B'
    git(tmp_path, "config", "merge.voiceops.driver", driver)
    (tmp_path / ".gitattributes").write_text("voiceops*.lock merge=voiceops\n", encoding="utf-8")
    write(tmp_path, ann=1, mia=2, zoe=3)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "base")
    return tmp_path


def merge(folder: Path, ours: dict[str, int], theirs: dict[str, int]) -> int:
    """Commit both sides on branches of their own and merge them."""
    for branch, voices in (("theirs", theirs), ("ours", ours)):
        git(folder, "checkout", "-q", "-b", branch, "main")
        write(folder, **voices)
        git(folder, "commit", "-qam", branch)
    return git(folder, "merge", "-q", "theirs", "-m", "merge").returncode


def voices(folder: Path) -> dict[str, str]:
    found = json.loads((folder / LOCK).read_text(encoding="utf-8"))["voices"]
    return {name: value["voice"][-4:] for name, value in found.items()}


def test_neighbours_of_two_branches_are_joined(repository: Path) -> None:
    ours = {"ann": 1, "bob": 4, "mia": 2, "zoe": 3}
    theirs = {"ann": 1, "bea": 5, "mia": 6}
    assert merge(repository, ours, theirs) == 0
    assert voices(repository) == {"ann": "0001", "bea": "0005", "bob": "0004", "mia": "0006"}


def test_a_conflict_keeps_both_voices_in_sight(repository: Path) -> None:
    ours, theirs = {"ann": 7, "mia": 2, "zoe": 3}, {"ann": 8, "mia": 2, "zoe": 3}
    assert merge(repository, ours, theirs) == 1
    text = (repository / LOCK).read_text(encoding="utf-8")
    assert "<<<<<<<" in text
    assert entry("ann", 7)["voice"] in text
    assert entry("ann", 8)["voice"] in text
    plan = subprocess.run(
        [sys.executable, "-m", "voiceops", "plan", "--env", "default"],
        cwd=repository,
        capture_output=True,
        text=True,
        env={"DASHSCOPE_API_KEY": "sk-none", "PATH": ""},
        check=False,
    )
    assert plan.returncode == 1
    assert "conflict markers" in plan.stderr


def test_a_side_that_was_emptied_is_a_conflict_and_loses_no_voice(repository: Path) -> None:
    for branch, content in (("theirs", ""), ("ours", None)):
        git(repository, "checkout", "-q", "-b", branch, "main")
        if content is None:
            write(repository, ann=1, bob=4, mia=2, zoe=3)
        else:
            (repository / LOCK).write_text(content, encoding="utf-8")
        git(repository, "commit", "-qam", branch)
    assert git(repository, "merge", "-q", "theirs", "-m", "merge").returncode == 1
    text = (repository / LOCK).read_text(encoding="utf-8")
    assert text.startswith("<<<<<<< ours\n")
    assert all(entry(name, number)["voice"] in text for name, number in [("ann", 1), ("bob", 4)])


def test_a_file_that_is_not_there_is_a_failure_and_no_conflict(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "voiceops", "lockfile-merge", "a", "b", "c"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 129
    assert "Traceback" not in ran.stderr
