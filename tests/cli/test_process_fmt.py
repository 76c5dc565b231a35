"""`voiceops fmt` as a process: what it writes, what it leaves, and what it says."""

from __future__ import annotations

from cli_process import MANIFEST, Project

CANONICAL = """\
defaults:
  target_model: qwen3-tts-vd-2026-01-26
  sample_rate: 8000
  response_format: pcm

voices:
  anchor:
    voice_prompt: A composed man with a deep voice.
    preview_text: Good evening.
    language: en

  wetter:
    voice_prompt: A cheerful woman with a bright voice.
    preview_text: Schönes Wetter in München.
    language: de

  xinwen:
    voice_prompt: 沉稳的中年男性播音员。
    preview_text: 各位听众，大家好。
    language: zh
"""


def test_check_tells_what_would_change_and_changes_nothing(project: Project) -> None:
    ran = project.run("fmt", "--check")
    assert (ran.code, ran.out, ran.err) == (
        1,
        "manifests/voices.yaml\n1 of 1 manifest would be formatted.\n",
        "",
    )
    assert project.manifest.read_text(encoding="utf-8") == MANIFEST
    assert set(project.files()) == {"manifests/voices.yaml", "voiceops.yaml"}


def test_fmt_writes_and_then_nothing_is_left_to_do(project: Project) -> None:
    project.manifest.chmod(0o600)
    ran = project.run("fmt")
    assert (ran.code, ran.out, ran.err) == (
        0,
        "manifests/voices.yaml\n1 of 1 manifest formatted.\n",
        "",
    )
    assert project.manifest.read_text(encoding="utf-8") == CANONICAL
    assert project.manifest.stat().st_mode & 0o777 == 0o600
    again = project.run("fmt", "--check", "manifests")
    assert (again.code, again.out) == (0, "0 of 1 manifest would be formatted.\n")


def test_fmt_changes_no_plan(project: Project) -> None:
    assert project.run("apply", "--env", "sandbox", "--yes").code == 0
    assert project.run("fmt").code == 0
    ran = project.run("plan", "--env", "sandbox", "--detailed-exitcode")
    assert ran.code == 0, ran.out


def test_a_broken_manifest_is_reported_as_validate_does_and_the_others_are_formatted(
    project: Project,
) -> None:
    broken = project.folder / "manifests" / "broken.yaml"
    broken.write_text("voices: [\n", encoding="utf-8")
    for words in (("fmt", "--check"), ("fmt",)):
        ran = project.run(*words)
        assert ran.code == 1
        assert "manifests/voices.yaml\n1 of 2 manifests" in ran.out
        for line in project.run("validate").out.splitlines()[:2]:
            assert line in ran.err
    assert broken.read_text(encoding="utf-8") == "voices: [\n"
    assert project.manifest.read_text(encoding="utf-8") == CANONICAL


def test_paths_are_those_of_the_project(project: Project) -> None:
    project.run("fmt")
    project.manifest.write_text("voices:   {}\n", encoding="utf-8")
    parent = project.folder.parent
    ran = project.run("-C", "project", "fmt", "manifests/voices.yaml", cwd=parent)
    assert (ran.code, project.manifest.read_text(encoding="utf-8")) == (0, "voices: {}\n")
    assert project.run("fmt", "../other.yaml").code == 1
    missing = project.run("fmt", "none.yaml")
    assert missing.code == 1
    assert "none.yaml:1:1: cannot be read" in missing.err
