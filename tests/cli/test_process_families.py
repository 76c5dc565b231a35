"""The command line with voices of several families."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_process import Project

MANIFEST = """\
defaults: {target_model: qwen3-tts-vd-2026-01-26, language: en, response_format: pcm}
voices:
  anchor:
    voice_prompt: A composed man with a deep voice.
    preview_text: Good evening, and welcome to the news.
  news_old:
    language: de
    voice_prompt: A cheerful woman.
    preview_text: Guten Tag.
"""
MODEL = "cosyvoice-v3.5-flash"


@pytest.fixture
def project(project: Project) -> Project:
    project.manifest.write_text(MANIFEST, encoding="utf-8")
    return project


def sandbox(project: Project, *words: str) -> tuple[int, str, str]:
    ran = project.run(*words, "--env", "sandbox")
    return ran.code, ran.out, ran.err


def test_a_plan_as_if_shows_what_a_move_would_take_and_changes_nothing(project: Project) -> None:
    assert sandbox(project, "apply", "--yes")[0] == 0
    before = project.files()
    code, out, err = sandbox(project, "plan", "--as-if", f"target_model={MODEL}")
    assert (code, err) == (0, "")
    assert out.startswith(f"As if target_model were {MODEL}; nothing is changed.\n")
    for line in (
        "Quota: cosyvoice: 0 voices now, 2 after, 2 at the peak, of 1,000",
        "Quota: qwen: 2 voices now, 2 after, 2 at the peak, of 1,000",
        "Price: none, 2 voices free of charge",
        "news_old: language is de, which voice-enrollment does not take",
        "news_old: preview_text has 10 characters; voice-enrollment takes no fewer than 15",
        "hint: write `sent_as: newsold`",
        "Plan: 2 to replace, 0 unchanged.",
    ):
        assert line in out
    assert "Next:" not in out
    _, out, _ = sandbox(project, "plan", "anchor", "--as-if", f"target_model={MODEL}")
    assert "Plan: 1 to replace, 1 unchanged." in out
    assert "news_old:" not in out
    assert project.files() == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--as-if", "language=en"], "--as-if says 'language=en', which no voice can be as if"),
        (["--as-if", "target_model=soundly"], "soundly is of no family that voiceops knows"),
        (["anchor"], "plan takes names with --as-if alone (anchor)"),
        (["--as-if", f"target_model={MODEL}", "-o", "p"], "a plan as if can not be applied"),
    ],
)
def test_what_cannot_be_as_if_is_a_usage_error(
    project: Project, words: list[str], says: str
) -> None:
    code, out, err = sandbox(project, "plan", *words)
    assert (code, out, err.splitlines()[0]) == (64, "", f"error: {says}")


def test_a_region_without_the_family_is_told_offline(project: Project) -> None:
    text = MANIFEST.replace("qwen3-tts-vd-2026-01-26", MODEL).partition("  news_old")[0]
    project.manifest.write_text(text, encoding="utf-8")
    settings = project.folder / "voiceops.yaml"
    for endpoint, code in (("singapore", 1), ("beijing", 0)):
        settings.write_text(f"environments: {{p: {{endpoint: {endpoint}}}}}\n", encoding="utf-8")
        ran = project.run("validate", "--env", "p")
        assert ran.code == code
        told = "voice-enrollment designs no voices at the endpoint singapore" in ran.out + ran.err
        assert told == (code == 1)


def test_voices_of_both_families_are_made_listed_looked_at_and_spoken_with(
    project: Project, tmp_path: Path
) -> None:
    second = (
        f"  cat:\n    target_model: {MODEL}\n"
        + MANIFEST.partition("anchor:\n")[2].partition("  news_old")[0]
    )
    project.manifest.write_text(MANIFEST + second, encoding="utf-8")
    assert sandbox(project, "apply", "--yes")[0] == 0
    assert sandbox(project, "plan", "--detailed-exitcode")[0] == 0
    assert sandbox(project, "drift")[0] == 0
    _, out, _ = sandbox(project, "list")
    assert out.count("managed") == 3
    code, out, _ = sandbox(project, "doctor")
    assert code == 0
    assert "cosyvoice: it lists the account's voices" in out
    assert "qwen: it lists the account's voices" in out
    for name in ("anchor", "cat"):
        wav = tmp_path / f"{name}.wav"
        assert sandbox(project, "say", name, "Good night.", "-o", str(wav))[0] == 0
        assert wav.read_bytes().startswith(b"RIFF")
    code, out, _ = sandbox(project, "resolve", "cat")
    assert (code, MODEL in out) == (0, True)


def test_voices_of_the_second_family_are_imported_and_then_as_declared(project: Project) -> None:
    text = MANIFEST.replace("qwen3-tts-vd-2026-01-26", MODEL).partition("  news_old")[0]
    project.manifest.write_text(text, encoding="utf-8")
    assert sandbox(project, "apply", "--yes")[0] == 0
    project.manifest.unlink()
    project.lockfile.unlink()
    settings = project.folder / "voiceops.yaml"
    settings.write_text(settings.read_text("utf-8") + "families: [cosyvoice]\n", encoding="utf-8")
    code, out, err = sandbox(project, "import", "--all", "--yes")
    assert code == 0, out + err
    assert "language: en" in (project.folder / "manifests" / "imported.yaml").read_text("utf-8")
    _, out, _ = sandbox(project, "plan")
    assert "No changes: 1 voice as declared." in out
