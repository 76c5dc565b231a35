"""A saved document is shown offline, in each format, by whoever has the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from cli_process import Project, Ran

SANDBOX = ("--env", "sandbox")
# Whoever shows a document has no key, and no service.
OFFLINE = {"DASHSCOPE_API_KEY": None, "DASHSCOPE_HTTP_BASE_URL": "http://127.0.0.1:9/api/v1"}

OUTPUTS = {
    "changes": "3",
    "creates": "3",
    "replaces": "0",
    "deletes": "0",
    "adopts": "0",
    "price": "0.6",
    "drift": "0",
    "quota": "3/1000",
    "failure_reason": "",
}


def save(project: Project, *words: str, code: int = 0) -> Ran:
    """Save a command's document as saved.json."""
    ran = project.run(*words, "--json")
    assert ran.code == code
    (project.folder / "saved.json").write_text(ran.out, encoding="utf-8")
    return ran


def show(project: Project, form: str, env: dict[str, str | None] | None = None) -> str:
    ran = project.run("show", "saved.json", "--format", form, env={**OFFLINE, **(env or {})})
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def test_a_saved_plan_is_shown_as_plan_shows_it(project: Project) -> None:
    printed = project.run("plan", *SANDBOX).out
    saved = save(project, "plan", *SANDBOX)
    assert show(project, "text") == printed.rpartition("Next: ")[0]
    assert show(project, "json") == saved.out
    assert show(project, "markdown").startswith("### Plan: 3 to create, 0 unchanged\n")
    assert json.loads(show(project, "gitlab")) == {"create": 3, "update": 0, "delete": 0}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("plan", *SANDBOX), 0),
        (("drift", *SANDBOX), 2),
        (("apply", *SANDBOX, "--yes"), 0),
        (("validate",), 0),
    ],
)
def test_every_document_is_shown_and_nothing_is_changed(
    project: Project, words: tuple[str, ...], code: int
) -> None:
    save(project, *words, code=code)
    before = project.files()
    assert show(project, "text").endswith(".\n")
    assert all(line.startswith("::") for line in show(project, "github").splitlines())
    json.loads(show(project, "sarif"))
    ElementTree.fromstring(show(project, "junit"))
    assert project.files() == before


def test_findings_are_shown_though_they_are_faults(project: Project) -> None:
    project.edit("language: en", "language: xx")
    save(project, "validate", code=1)
    (result,) = json.loads(show(project, "sarif"))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "manifests/voices.yaml"}
    assert place["region"] == {"startLine": 7, "startColumn": 15}
    assert show(project, "github").startswith(
        "::error title=fault,file=manifests/voices.yaml,line=7,col=15::"
    )


def test_a_step_gets_its_summary_and_its_outputs(project: Project, tmp_path: Path) -> None:
    save(project, "plan", *SANDBOX)
    summary, outputs = tmp_path / "summary", tmp_path / "outputs"
    summary.write_text("what another step said\n", encoding="utf-8")
    env: dict[str, str | None] = {
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_WORKSPACE": str(tmp_path),
    }
    out = show(project, "github", env)
    assert out.count("\n") == out.count("::notice title=create ") == 3
    assert ",file=project/manifests/voices.yaml,line=6,col=3::" in out
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("what another step said\n### Plan: 3 to create, 0 unchanged\n")
    lines = outputs.read_text(encoding="utf-8").splitlines()
    names = [line.partition("<<")[0] for line in lines[::3]]
    assert names == [*OUTPUTS, "digest", "names", "voices"]
    assert lines[1::3][: len(OUTPUTS)] == [*OUTPUTS.values()]


def test_a_step_without_its_files_is_told_so(project: Project, tmp_path: Path) -> None:
    save(project, "plan", *SANDBOX)
    env = {**OFFLINE, "GITHUB_OUTPUT": str(tmp_path)}
    ran = project.run("show", "saved.json", "--format", "github", env=env)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"error: {tmp_path}: cannot be written: Is a directory\n"
        "  hint: check GITHUB_OUTPUT, or unset it\n"
    )


@pytest.mark.parametrize("form", ["junit", "sarif", "json"])
def test_what_programs_read_is_right_in_any_encoding(project: Project, form: str) -> None:
    save(project, "plan", *SANDBOX)
    shown: Any = show(project, form, {"PYTHONIOENCODING": "latin-1"})
    assert shown.isascii() or form == "json"
    if form == "junit":
        assert "沉稳" in "".join(ElementTree.fromstring(shown).itertext())
    else:
        json.loads(shown)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("none.json",), 1, "error: none.json: cannot be read: No such file or directory\n"),
        (("voiceops.yaml",), 1, "error: voiceops.yaml:1:1: "),
        (("-C", "elsewhere", "x"), 1, "error: elsewhere/x: cannot be read: No such file"),
    ],
)
def test_what_cannot_be_shown(
    project: Project, words: tuple[str, ...], code: int, message: str
) -> None:
    ran = project.run("show", *words, env=OFFLINE)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(message)


@pytest.mark.parametrize(
    ("words", "named"), [(("x", "--format", "xml"), ("--format", "xml")), ((), ("FILE",))]
)
def test_a_wrong_command_line_is_named(
    project: Project, words: tuple[str, ...], named: tuple[str, ...]
) -> None:
    ran = project.run("show", *words, env=OFFLINE)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("error: ")
    assert all(word in ran.err for word in named)


def test_the_file_is_looked_for_in_the_folder_to_work_in(project: Project, tmp_path: Path) -> None:
    save(project, "plan", *SANDBOX)
    ran = project.run("-C", "project", "show", "saved.json", env=OFFLINE, cwd=tmp_path)
    assert (ran.code, ran.out) == (0, show(project, "text"))
