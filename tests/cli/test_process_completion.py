"""Completion of commands, environments and voices, in the shells themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import Project
from cli_terminal import at_terminal
from optional import needs_program

from voiceops.cli.completion import MOST

SETTINGS = """\
version: 1
environments:
  prod: {lockfile: locks/live.lock}
  staging: {}
"""
CASES = [
    ("voiceops pl", ["plan"]),
    ("voiceops lock", []),
    ("voiceops plan --env ", ["prod", "sandbox", "staging"]),
    ("voiceops --env s", ["sandbox", "staging"]),
    ("voiceops say --env sandbox ", ["anchor", "wetter", "xinwen"]),
    ("voiceops --env sandbox resolve an", ["anchor"]),
    ("voiceops resolve --env prod ", ["live_one"]),
    ("voiceops resolve --env nowhere ", []),
    ("voiceops resolve ", []),
    ("voiceops plan --env sandbox --only ", ["anchor", "fresh", "wetter", "xinwen"]),
    ("voiceops apply --exclude fr", ["fresh"]),
    ("voiceops apply --env prod --accept-lost ", ["live_one"]),
    ("voiceops plan --co", ["--color"]),
    ("voiceops schema co", ["config"]),
]


@pytest.fixture
def home(project: Project) -> Project:
    """Give a project with three environments, two of which have a lockfile."""
    assert project.run("apply", "--env", "sandbox", "--yes").code == 0
    with project.manifest.open("a", encoding="utf-8") as manifest:
        manifest.write("  fresh: {}\n")
    (project.folder / "voiceops.yaml").write_text(SETTINGS, encoding="utf-8")
    (project.folder / "locks").mkdir()
    lock = '{"version": 1, "voices": {"live_one": {}}}'
    (project.folder / "locks" / "live.lock").write_text(lock, encoding="utf-8")
    return project


def shell(project: Project) -> dict[str, str]:
    """Give the variables of a shell that finds voiceops."""
    env = project.environment()
    return {**env, "PATH": f"{Path(sys.executable).parent}:{env['PATH']}"}


def ask(project: Project, *words: str) -> list[str]:
    ended = subprocess.run(
        words, cwd=project.folder, env=shell(project), capture_output=True, check=True
    )
    assert ended.stderr == b""
    return [line.partition("\t")[0] for line in ended.stdout.decode().split("\n") if line]


HOSTILE_NAMES = (
    "a$(touch pwned)",
    "*",
    "a\nplain,evil",
    "\x1b[31mred",
    "a b",
    "`id`",
    "-rf",
    "ok_1",
)


@pytest.mark.parametrize("words", ["resolve", "plan --env"])
def test_what_means_something_to_a_shell_is_never_suggested(project: Project, words: str) -> None:
    names: dict[str, object] = {name: {} for name in HOSTILE_NAMES}
    lock = project.folder / "voiceops.lock"
    lock.write_text(json.dumps({"version": 1, "voices": names}), encoding="utf-8")
    if words != "resolve":
        settings = project.folder / "voiceops.yaml"
        settings.write_text(json.dumps({"version": 1, "environments": names}), encoding="utf-8")
    env = {"_VOICEOPS_COMPLETE": "bash_complete", "COMP_WORDS": f"voiceops {words} "}
    ran = project.run(env={**env, "COMP_CWORD": str(len(words.split()) + 1)})
    suggested = {line.partition(",")[2] for line in ran.out.splitlines()}
    assert suggested - {"sandbox"} == {"ok_1"}


@pytest.mark.parametrize(("line", "expected"), CASES, ids=[line for line, _ in CASES])
def test_bash(home: Project, line: str, expected: list[str]) -> None:
    script = (
        'eval "$(_VOICEOPS_COMPLETE=bash_source voiceops)"; COMP_LINE="$1"; '
        'read -ra COMP_WORDS <<< "$1"; [[ $1 == *" " ]] && COMP_WORDS+=(""); '
        "COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _voiceops_completion voiceops; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert ask(home, "bash", "-c", script, "bash", line) == expected


@needs_program("fish")
@pytest.mark.parametrize(("line", "expected"), CASES, ids=[line for line, _ in CASES])
def test_fish(home: Project, line: str, expected: list[str]) -> None:
    script = "_VOICEOPS_COMPLETE=fish_source voiceops | source; complete -C $argv[1]"
    assert sorted(ask(home, "fish", "--no-config", "-c", script, line)) == expected


@needs_program("zsh")
def test_zsh_completes_at_a_terminal(home: Project) -> None:
    """The others can be asked; zsh completes only for somebody who presses a key."""
    with at_terminal(home, env=shell(home), program=["zsh", "-f", "-i"]) as terminal:
        terminal.type("PS1='go'on' '; autoload -U compinit; compinit -u -D\n")
        terminal.type('eval "$(_VOICEOPS_COMPLETE=zsh_source voiceops)"; PS1=rea"dy "\n')
        terminal.wait_for("ready ")
        terminal.type("voiceops resolve --env prod liv\t")
        terminal.wait_for("live_one")
        terminal.type("\nexit\n")
        terminal.end()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("voiceops.yaml", "environments: [a, b]\n"),
        ("voiceops.yaml", "environments: {prod: {lockfile: [1]}}\n"),
        ("voiceops.yaml", "{{{\n"),
        ("voiceops.sandbox.lock", "<<<<<<<\n"),
        ("voiceops.sandbox.lock", "[]\n"),
        ("manifests/voices.yaml", "voices: [a]\n"),
        ("manifests/voices.yaml", "&a *a\n"),
    ],
)
@pytest.mark.parametrize("line", [line for line, _ in CASES if line.endswith(" ")])
def test_files_that_are_damaged_are_no_error(
    home: Project, path: str, text: str, line: str
) -> None:
    (home.folder / path).write_text(text, encoding="utf-8")
    words = line.split()
    env = {
        "_VOICEOPS_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words)),
    }
    ran = home.run(env=env)
    assert (ran.code, ran.err) == (0, "")


def test_in_another_folder_its_own_names_are_suggested(home: Project, tmp_path: Path) -> None:
    env = {"_VOICEOPS_COMPLETE": "bash_complete", "COMP_CWORD": "5"}
    line = f"voiceops -C {home.folder} resolve --env=sandbox "
    ran = home.run(env={**env, "COMP_WORDS": line}, cwd=tmp_path)
    assert ran.out.split() == ["plain,anchor", "plain,wetter", "plain,xinwen"]


def test_there_is_an_end_to_the_list(home: Project) -> None:
    entries = ", ".join(f'"v{number}": {{}}' for number in range(MOST + 1))
    home.sandbox_lockfile.write_text(f'{{"voices": {{{entries}}}}}', encoding="utf-8")
    env = {"_VOICEOPS_COMPLETE": "bash_complete", "COMP_CWORD": "4"}
    ran = home.run(env={**env, "COMP_WORDS": "voiceops resolve --env sandbox "})
    assert len(ran.out.splitlines()) == MOST
