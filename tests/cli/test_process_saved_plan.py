"""`plan -o` and `apply PLAN`: what was reviewed is what is applied."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest
from cli_process import TIME_LIMIT_S, Project

SANDBOX = ("--env", "sandbox")


@pytest.fixture
def planned(project: Project) -> Project:
    ran = project.run("plan", *SANDBOX, "-o", "plan.json")
    assert ran.code == 0
    assert ran.out.endswith("Next: voiceops apply plan.json\n")
    return project


def test_a_saved_plan_is_applied_without_a_question(planned: Project) -> None:
    assert stat.S_IMODE((planned.folder / "plan.json").stat().st_mode) == 0o600
    ran = planned.run("apply", "plan.json", "-o", "report.json")
    assert ran.code == 0, ran.err
    report = json.loads((planned.folder / "report.json").read_bytes())
    assert [result["status"] for result in report["results"]] == ["done"] * 3
    again = planned.run("apply", "plan.json")
    assert (again.code, again.out) == (0, "Nothing to do.\n")
    assert again.err.count("done already: create ") == 3


@pytest.mark.parametrize("where", ["relative", "absolute"])
def test_the_next_command_can_be_typed_as_it_stands(
    project: Project, tmp_path: Path, where: str
) -> None:
    output = "plan.json" if where == "relative" else str(tmp_path / "plan.json")
    words = ("plan", *SANDBOX, "-C", project.folder.name, "-o", output)
    ran = project.run(*words, cwd=project.folder.parent)
    command = ran.out.splitlines()[-1].removeprefix("Next: voiceops ")
    assert command == f"apply {output} -C project"
    assert project.run(*command.split(), cwd=project.folder.parent).code == 0


def test_a_changed_manifest_makes_it_stale_and_nothing_is_done(planned: Project) -> None:
    planned.edit("deep voice", "high voice")
    ran = planned.run("apply", "plan.json")
    assert (ran.code, ran.out) == (3, "")
    first, _, said = ran.err.partition("\n")
    assert re.fullmatch("Digest of the plan: [0-9a-f]{12}", first)
    assert said == (
        "only in the plan now: create anchor  it is new\n"
        "    voice_prompt  A composed man with a [-deep-]{+high+} voice.\n"
        "only in the plan reviewed: create anchor  it is new\n"
        "error: nothing was done: the saved plan is stale: the manifests were changed since\n"
        "  hint: plan again, and have the new plan reviewed\n"
    )
    assert planned.voices() == {}


def test_a_plan_that_was_refused_is_refused_whatever_else_it_says(planned: Project) -> None:
    assert planned.run("apply", "plan.json").code == 0
    text = (planned.folder / "manifests" / "voices.yaml").read_text(encoding="utf-8")
    (planned.folder / "manifests" / "voices.yaml").write_text(
        text.partition("voices:")[0] + "voices: {}\n", encoding="utf-8"
    )
    planned.run("plan", *SANDBOX, "-o", "plan.json")
    path = planned.folder / "plan.json"
    document = json.loads(path.read_bytes())
    document["binding"]["options"] |= {"allow_empty": True, "allow_deletes": 99}
    path.write_text(json.dumps(document), encoding="utf-8")
    before = planned.voices()
    ran = planned.run("apply", "plan.json")
    assert (ran.code, ran.out) == (3, "")
    assert "plan.json was refused when it was planned: no voice is declared" in ran.err
    assert planned.voices() == before


def test_the_digest_that_was_reviewed_is_shown_when_it_is_applied(project: Project) -> None:
    ran = project.run("plan", *SANDBOX, "-o", "plan.json")
    digest = next(line for line in ran.out.splitlines() if line.startswith("Digest"))
    assert digest in project.run("show", "plan.json", "--format", "markdown").out
    assert project.run("apply", "plan.json").err.startswith(f"{digest}\n")


def test_an_old_plan_is_stale(planned: Project) -> None:
    path = planned.folder / "plan.json"
    document = json.loads(path.read_bytes())
    document["binding"]["made"] = "2026-01-01T00:00:00+00:00"
    path.write_text(json.dumps(document), encoding="utf-8")
    ran = planned.run("apply", "plan.json")
    assert ran.code == 3
    assert "it is older than 1 day" in ran.err
    assert planned.run("apply", "plan.json", "--max-age", "99999d").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("plan.json", "--only", "anchor"), 64, "a saved plan has its own options"),
        (("plan.json", "--env", "default"), 64, "plan.json is for the environment sandbox"),
        (("plan.json", "--max-age", "1"), 64, "'1' is no age; write it like 90m, 24h or 7d"),
        (("none.json",), 1, "none.json: cannot be read: No such file"),
        (("manifests/voices.yaml",), 1, "manifests/voices.yaml"),
    ],
)
def test_what_is_no_plan_for_this_is_refused(
    planned: Project, arguments: tuple[str, ...], code: int, message: str
) -> None:
    ran = planned.run("apply", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err


def test_a_plan_keeps_its_options(project: Project) -> None:
    project.run("plan", *SANDBOX, "--only", "anchor", "-o", "plan.json")
    assert project.run("apply", "plan.json").code == 0
    assert list(project.voices()) == ["anchor"]


@pytest.mark.parametrize("command", ["plan", "apply", "drift", "validate"])
def test_a_failure_is_a_document_too(project: Project, command: str) -> None:
    ran = project.run(command, "--env", "nobody", "--json", "-o", "failed.json")
    assert ran.code == 64
    saved = json.loads((project.folder / "failed.json").read_bytes())
    assert ran.document == saved
    assert (saved["kind"], saved["command"], saved["exit_code"]) == ("failure", command, 64)


def test_a_document_that_cannot_be_saved_is_an_error(project: Project) -> None:
    ran = project.run("plan", *SANDBOX, "-o", "no/where.json")
    assert ran.code == 1
    assert ran.err == "error: no: there is no such folder\n  hint: check -o\n"
    assert ran.out == ""


@pytest.mark.parametrize("name", ["voiceops.sandbox.lock", "manifests/voices.yaml", "notes.txt"])
def test_a_file_that_holds_something_else_is_never_written_over(
    project: Project, name: str
) -> None:
    project.run("apply", *SANDBOX, "--yes")
    path = project.folder / name
    path.write_bytes(path.read_bytes() if path.exists() else b"notes")
    before = path.read_bytes()
    ran = project.run("plan", *SANDBOX, "-o", name)
    assert (ran.code, ran.out) == (64, "")
    assert f"{name} is there already, and is no document of voiceops" in ran.err
    assert path.read_bytes() == before


def test_a_document_is_written_over_and_an_empty_file_is_filled(project: Project) -> None:
    (project.folder / "p.json").touch()
    for _ in range(2):
        assert project.run("plan", *SANDBOX, "-o", "p.json").code == 0
    assert json.loads((project.folder / "p.json").read_bytes())["kind"] == "plan"


def test_a_pipe_stays_a_pipe(project: Project) -> None:
    path = project.folder / "pipe"
    os.mkfifo(path)
    with project.start("plan", *SANDBOX, "-o", "pipe") as process:
        document = json.loads(path.read_bytes())
        process.communicate(timeout=TIME_LIMIT_S)
    assert document["kind"] == "plan"
    assert path.is_fifo()


def test_a_report_that_cannot_be_saved_is_printed_all_the_same(project: Project) -> None:
    longest = "r" * 250 + ".json"  # so that there is no longer name, which would be written first
    ran = project.run("apply", *SANDBOX, "--yes", "-o", longest)
    assert ran.code == 1
    assert "Apply: 3 created." in ran.out
    assert f"{longest}: cannot be written: File name too long" in ran.err


@pytest.mark.parametrize(
    ("member", "value", "code", "message"),
    [
        (("binding", "made"), "yesterday", 3, "the plan does not say when it was made"),
        (("binding", "made"), "2026-11-23T08:00:00", 3, "the plan does not say when it was made"),
        (("binding", "made"), "2999-01-01T00:00:00+00:00", 3, "at a time that is yet to come"),
        (("binding", "options", "parallelism"), 0, 1, "its options are not those of any command"),
        (("binding", "options", "parallelism"), 33, 1, "its options are not those of any command"),
        (("binding", "options", "allow_deletes"), -1, 1, "its options are not those of any"),
    ],
)
def test_what_no_plan_says_is_refused(
    planned: Project, member: tuple[str, ...], value: object, code: int, message: str
) -> None:
    path = planned.folder / "plan.json"
    document = json.loads(path.read_bytes())
    *above, last = member
    within = document
    for name in above:
        within = within[name]
    within[last] = value
    path.write_text(json.dumps(document), encoding="utf-8")
    ran = planned.run("apply", "plan.json")
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert planned.voices() == {}


def test_options_of_documents_take_the_projects_folder(project: Project, tmp_path: Path) -> None:
    ran = project.run("-C", str(project.folder), "plan", *SANDBOX, "-o", "p.json", cwd=tmp_path)
    assert ran.code == 0
    assert (project.folder / "p.json").exists()
