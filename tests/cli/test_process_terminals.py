"""Terminals: colour, width, the question before an apply, and streams of every kind."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from cli_process import NAMES, Project, command, decode
from cli_terminal import END, at_terminal

from voiceops.report.terminal import columns

SANDBOX = ("--env", "sandbox")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ESCAPE = "\x1b["


@pytest.mark.parametrize(
    ("words", "env", "is_coloured"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_in_a_pipe_is_there_only_if_wanted(
    project: Project, words: list[str], env: dict[str, str | None], is_coloured: bool
) -> None:
    ran = project.run("plan", *SANDBOX, *words, env=env)
    assert (ESCAPE in ran.out) is is_coloured
    assert "Plan: 3 to create, 0 unchanged." in COLOUR.sub("", ran.out)


@pytest.mark.parametrize(
    ("env", "is_coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": ""}, True)],
)
def test_colour_on_a_terminal_is_there_unless_unwanted(
    project: Project, env: dict[str, str | None], is_coloured: bool
) -> None:
    with at_terminal(project, "plan", *SANDBOX, env=env) as terminal:
        ran = terminal.end()
    assert ran.code == 0
    assert (ESCAPE in ran.err) is is_coloured


def test_json_has_no_colour_whatever_is_forced(project: Project) -> None:
    env: dict[str, str | None] = {"FORCE_COLOR": "1"}
    assert project.run("plan", *SANDBOX, "--json", "--color", "always", env=env).document
    ran = project.run("apply", *SANDBOX, "--json", "--yes", "--color", "always", env=env)
    assert ran.document


@pytest.mark.parametrize("answer", ["y\n", "Yes\n"])
def test_yes_at_the_question_applies(project: Project, answer: str) -> None:
    with at_terminal(project, "apply", *SANDBOX) as terminal:
        terminal.wait_for("Apply this plan? It costs about 0.6 USD. [y/N]")
        assert not project.lockfile.exists()
        terminal.type(answer)
        ran = terminal.end()
    assert ran.code == 0
    assert "Apply: 3 created." in ran.err
    assert tuple(project.voices()) == NAMES


@pytest.mark.parametrize(
    ("keys", "code", "said"),
    [
        ("n\n", 3, "error: nothing was done"),
        ("\n", 3, "error: nothing was done"),
        (END, 130, "stopped"),
    ],
)
def test_any_other_answer_does_nothing(project: Project, keys: str, code: int, said: str) -> None:
    with at_terminal(project, "apply", *SANDBOX) as terminal:
        terminal.wait_for("[y/N]")
        terminal.type(keys)
        ran = terminal.end()
    assert ran.code == code
    assert said in ran.err
    assert not project.lockfile.exists()
    assert project.run("list", *SANDBOX, "--json").document["voices"] == []


def test_ctrl_c_at_the_question_does_nothing(project: Project) -> None:
    with at_terminal(project, "apply", *SANDBOX) as terminal:
        terminal.wait_for("[y/N]")
        terminal.interrupt()
        ran = terminal.end()
    assert ran.code == 130
    assert "stopped" in ran.err
    assert not project.lockfile.exists()
    assert project.run("list", *SANDBOX, "--json").document["voices"] == []


def test_a_piped_stdout_gets_the_report_while_the_terminal_asks(project: Project) -> None:
    with at_terminal(project, "apply", *SANDBOX, "--json", is_stdout_piped=True) as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("y\n")
        ran = terminal.end()
    assert (ran.code, ran.document["kind"]) == (0, "apply")


def test_nothing_is_asked_where_there_is_nothing_to_do(project: Project) -> None:
    project.run("apply", *SANDBOX, "--yes")
    with at_terminal(project, "apply", *SANDBOX) as terminal:
        ran = terminal.end()
    assert ran.code == 0
    assert "[y/N]" not in ran.err
    assert "Nothing to do." in ran.err


def test_in_40_columns_what_is_declared_is_shown_whole(project: Project) -> None:
    project.edit("A composed man with a deep voice.", "A composed man with a deep voice. " * 9)
    with at_terminal(project, "plan", *SANDBOX, columns=40) as terminal:
        ran = terminal.end()
    lines = COLOUR.sub("", ran.err).splitlines()
    fields = [line for line in lines if line.startswith("    ")]
    assert [line for line in fields if columns(line) > 40] == []
    assert " ".join(" ".join(fields).split()).count("A composed man with a deep voice.") == 9
    assert "Plan: 3 to create, 0 unchanged." in lines


def test_in_40_columns_an_apply_moves_one_line(project: Project) -> None:
    with at_terminal(project, "apply", *SANDBOX, "--yes", columns=40) as terminal:
        ran = terminal.end()
    live = re.findall(r"\r\x1b\[2K(\d of 3 done; [^\r\n]*)", ran.err)
    assert live
    assert max(columns(line) for line in live) < 40
    assert "Apply: 3 created." in ran.err


@pytest.mark.parametrize(
    "env",
    [
        {"LANG": None, "LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "de_DE.ISO-8859-1", "PYTHONIOENCODING": "iso-8859-1:strict"},
    ],
)
def test_any_locale_takes_chinese_manifests(project: Project, env: dict[str, str | None]) -> None:
    project.edit("  xinwen:", "  xinwen:  # 新闻")
    ran = project.run("apply", *SANDBOX, "--yes", env=env)
    assert ran.code == 0
    assert "Plan: 3 to create, 0 unchanged." in ran.err
    assert project.run("plan", *SANDBOX, "--detailed-exitcode").code == 0


def test_a_reader_that_leaves_early_ends_a_plan_quietly(project: Project) -> None:
    long = "".join(
        f"  v{n}:\n    language: en\n    voice_prompt: A voice, number {n}. {'Deep. ' * 300}\n"
        "    preview_text: Hello.\n"
        for n in range(60)
    )
    with project.manifest.open("a", encoding="utf-8") as file:
        file.write(long)
    with subprocess.Popen(
        [*command("plan", *SANDBOX, "--json")],
        cwd=project.folder,
        env=project.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"{\n"
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
    assert (process.returncode, err) == (1, b"")


def test_with_a_closed_stdin_nothing_is_asked(project: Project) -> None:
    words = " ".join(command("apply", *SANDBOX))
    ended = subprocess.run(
        ["sh", "-c", f"exec {words} <&-"],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 3
    assert b"add --yes" in ended.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_an_apply_does_its_work_whatever_stream_is_closed(project: Project, closed: str) -> None:
    words = " ".join(command("apply", *SANDBOX, "--yes"))
    ended = subprocess.run(
        ["sh", "-c", f"exec {words} {closed}"],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        check=False,
    )
    assert "Traceback" not in decode(ended.stderr)
    assert (ended.returncode, tuple(project.voices())) == (0, NAMES)


def test_stdout_on_a_full_disk_is_an_error_not_a_traceback(project: Project) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        ended = subprocess.run(
            command("plan", *SANDBOX),
            cwd=project.folder,
            env=project.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.returncode == 1
    assert "Traceback" not in decode(ended.stderr)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "cp1252"])
def test_json_is_json_in_any_encoding(project: Project, encoding: str) -> None:
    project.edit("Good evening.", "Good evening \U0001f600 ü.")
    ran = project.run("plan", *SANDBOX, "--json", env={"PYTHONIOENCODING": encoding})
    assert ran.code == 0, ran.err
    document = json.loads(ran.out.encode(errors="surrogateescape").decode(encoding))
    texts = [change["desired"]["spec"]["preview_text"] for change in document["changes"]]
    assert "Good evening \U0001f600 ü." in texts
