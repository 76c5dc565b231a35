"""`validate --locked`: manifests and lockfile agree, without a key and without a network."""

from __future__ import annotations

from cli_process import Project

LOCKED = ("validate", "--env", "sandbox", "--locked")


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
