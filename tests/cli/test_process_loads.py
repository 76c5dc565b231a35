"""What a command loads, counted in modules: what is slow is loaded where it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cli_process import Project

SLOW = frozenset(
    [
        "pydantic",
        "httpx",
        "ruamel",
        "rich",
        "deepdiff",
        "asyncio",
        "jinja2",
        "starlette",
        "uvicorn",
        "filelock",
    ]
)


@pytest.mark.parametrize(
    ("words", "may_load"),
    [
        (["--help"], []),
        (["plan", "--help"], []),
        (["apply", "--help"], []),
        (["sandbox", "--help"], []),
        (["sandbox", "serve", "--help"], []),
        (["--version"], []),
        (["plam"], []),
        (["validate"], ["pydantic", "ruamel"]),
        # httpx loads its own command line, and with it rich, wherever that is installed.
        (["plan", "--env", "sandbox"], ["pydantic", "ruamel", "httpx", "filelock", "rich"]),
    ],
)
def test_a_command_loads_nothing_slow_that_it_does_not_need(
    project: Project, words: list[str], may_load: list[str]
) -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "voiceops", *words],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    timed = [line for line in ended.stderr.splitlines() if line.startswith("import time:")]
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in timed}
    assert "click" in loaded
    assert loaded & SLOW <= set(may_load)


def test_completion_loads_nothing_slow(project: Project) -> None:
    """The shell asks through a variable, with every press of the tab key."""
    env = project.environment(
        {"_VOICEOPS_COMPLETE": "bash_complete", "COMP_WORDS": "voiceops pl", "COMP_CWORD": "1"}
    )
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "voiceops"],
        cwd=project.folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    timed = [line for line in ended.stderr.splitlines() if line.startswith("import time:")]
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in timed}
    assert ended.stdout == "plain,plan\n"
    assert loaded & SLOW == set()
