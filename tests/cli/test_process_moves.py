"""A voice moves from one environment of an account to another, free of charge."""

from __future__ import annotations

import json

import pytest
from cli_process import SETTINGS, Project
from cli_service import Service

ENVIRONMENTS = """\
environments:
  prod: {api_key: DASHSCOPE_API_KEY, manifests: [manifests/*.yaml]}
  takes: {api_key: DASHSCOPE_API_KEY, manifests: [takes/*.yaml]}
"""
VOICE = """\
  {name}:
    language: en
    voice_prompt: A composed man with a deep voice.
    preview_text: Good evening.
    target_model: qwen3-tts-vd-2026-01-26
"""


@pytest.fixture
def pair(remote: Project) -> Project:
    """Give a project with two environments in one account; two takes of one text are made."""
    (remote.folder / "voiceops.yaml").write_text(SETTINGS + ENVIRONMENTS, encoding="utf-8")
    (remote.folder / "takes").mkdir()
    declare(remote, "takes", take1=VOICE, take2=VOICE)
    declare(remote, "manifests")
    assert remote.run("apply", "--env", "takes", "--yes").code == 0
    return remote


def declare(project: Project, folder: str, **voices: str) -> None:
    text = "".join(voice.format(name=name) for name, voice in voices.items())
    path = project.folder / folder / "voices.yaml"
    path.write_text(f"voices:\n{text}" if text else "voices: {}\n", encoding="utf-8")


def locked(project: Project, environment: str) -> dict[str, str]:
    data = (project.folder / f"voiceops.{environment}.lock").read_bytes()
    return {name: entry["voice"] for name, entry in json.loads(data)["voices"].items()}


@pytest.mark.parametrize("order", [("prod", "takes"), ("takes", "prod")])
def test_the_take_that_was_liked_moves(
    pair: Project, service: Service, order: tuple[str, str]
) -> None:
    """Take the better one over, and the other out; whoever applies first, nothing is paid."""
    voice = locked(pair, "takes")["take1"]
    adopting = VOICE + f"    adopt: {voice}\n"
    declare(pair, "manifests", anchor=adopting)
    ran = pair.run("apply", "--env", "prod", "--yes")
    assert ran.code == 3
    assert f"adopt names {voice}, which is take1 in the environment takes" in ran.err
    declare(pair, "takes", take2=VOICE)
    for environment in order:
        assert pair.run("apply", "--env", environment, "--yes").code == 0
    assert locked(pair, "prod") == {"anchor": voice}
    assert set(locked(pair, "takes")) == {"take2"}
    assert len(service.creates) == 2
    assert "delete" not in {action["action"] for action in service.actions}
    ran = pair.run("plan", "--all-environments", "--detailed-exitcode")
    assert ran.code == 0, ran.out


def test_a_voice_that_only_changes_its_environment_is_not_paid_for_again(
    pair: Project, service: Service
) -> None:
    """Both plans stop, and say how it moves."""
    voice = locked(pair, "takes")["take2"]
    declare(pair, "manifests", take2=VOICE)
    declare(pair, "takes", take1=VOICE)
    for environment in ("prod", "takes"):
        ran = pair.run("apply", "--env", environment, "--yes")
        assert ran.code == 3
        assert f"`adopt: {voice}`" in ran.err
    assert len(service.creates) == 2


def test_an_environment_that_is_no_longer_configured_keeps_its_voices(pair: Project) -> None:
    """Its lockfile is found wherever it lies, also under `orphans: delete`."""
    settings = pair.folder / "voiceops.yaml"
    (pair.folder / "locks").mkdir()
    (pair.folder / "voiceops.takes.lock").rename(pair.folder / "locks" / "old.lock")
    settings.write_text(
        f"{SETTINGS}settle_s: 0\norphans: delete\n".replace("settle_s: 1\n", "")
        + ENVIRONMENTS.partition("  takes:")[0],
        encoding="utf-8",
    )
    declare(pair, "manifests", anchor=VOICE)
    assert pair.run("plan", "--env", "prod", "--json").document["unmanaged"] == []
