"""`validate --locked`: manifests and lockfile agree, without a key and without a network."""

from __future__ import annotations

import pytest
from cli_process import Project
from cli_service import Service, create_elsewhere

from voiceops.core.lock import Lock, LockEntry
from voiceops.core.spec import Spec
from voiceops.files.lockfile.lockfile import dump_lock, read_lock

LOCKED = ("validate", "--env", "sandbox", "--locked")


MODEL = "qwen3-tts-vd-2026-01-26"
PROMPT = "A calm voice,  \nlow and slow."
TEXT = "Good evening.\t\nHere is the news."


def test_after_an_apply_they_agree(project: Project) -> None:
    assert project.run("apply", "--env", "sandbox", "--yes").code == 0
    ran = project.run(*LOCKED)
    assert (ran.code, ran.err) == (0, "")


def test_what_an_apply_would_still_do_is_a_fault_at_its_place(project: Project) -> None:
    assert project.run("apply", "--env", "sandbox", "--yes", "--exclude", "xinwen").code == 0
    project.edit("deep voice", "high voice")
    project.edit("  wetter:", "  weather:")
    ran = project.run(*LOCKED)
    assert ran.code == 1
    apply_it = "  hint: run `voiceops apply`, and commit the lockfile"
    assert ran.out.splitlines()[:8] == [
        "manifests/voices.yaml:6:3: anchor was edited after it was locked",
        apply_it,
        "manifests/voices.yaml:10:3: weather is not locked",
        apply_it,
        "manifests/voices.yaml:14:3: xinwen is not locked",
        apply_it,
        "voiceops.sandbox.lock:1:1: wetter is locked, and no manifest declares it",
        apply_it,
    ]


def test_without_an_environment_the_sandbox_is_not_looked_at(project: Project) -> None:
    ran = project.run("validate", "--locked")
    assert ran.code == 1
    assert "anchor is not locked" in ran.out
    assert ran.out.count("anchor is not locked") == 1


@pytest.mark.parametrize("is_stripped", [True, False])
def test_a_digest_of_blanks_at_line_ends_costs_nothing_and_is_renewed(
    remote: Project, service: Service, is_stripped: bool
) -> None:
    """A lockfile from when they still counted, before and after a hook has taken them off."""
    voice_id = create_elsewhere(service.sandbox, prompt=PROMPT, text=TEXT)
    former = Spec.find_former_digest(
        voice_prompt=PROMPT, preview_text=TEXT, language="en", target_model=MODEL
    )
    entry = LockEntry(voice_id, MODEL, "en", former, observed=former)
    remote.lockfile.write_bytes(dump_lock(Lock({"stranger": entry})))
    remote.manifest.write_text(
        f"voices: {{stranger: {{voice_prompt: {PROMPT!r}, preview_text: {TEXT!r}, "
        f"language: en, target_model: {MODEL}}}}}\n".replace("'", '"'),
        encoding="utf-8",
    )
    if is_stripped:
        remote.edit("  \\n", "\\n")
        remote.edit("\\t\\n", "\\n")
    plan = remote.run("plan")
    assert plan.out.endswith("Plan: 1 to record, 0 unchanged.\nNext: voiceops apply\n")
    assert remote.run("drift").code == 2
    assert remote.run("validate", "--locked").code == int(is_stripped)
    assert remote.run("apply", "--yes").code == 0
    assert remote.run("validate", "--locked").code == 0
    assert remote.run("plan", "--detailed-exitcode").code == remote.run("drift").code == 0
    locked = read_lock(remote.lockfile).voices["stranger"]
    today = Spec.of(voice_prompt=PROMPT, preview_text=TEXT, language="en", target_model=MODEL)
    assert (locked.spec, locked.observed) == (today.digest, today.digest)
    assert service.creates == []
