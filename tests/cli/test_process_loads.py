"""What a command loads of our dependencies: what is slow is loaded where it is used."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest
from cli_process import Project, find_dependencies


def list_loaded(project: Project, *words: str, env: Mapping[str, str | None]) -> set[str]:
    """Run a command, and list those of our dependencies that it loaded."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "voiceops", *words],
        cwd=project.folder,
        env=project.environment(env),
        capture_output=True,
        text=True,
        check=False,
    )
    timed = [line for line in ended.stderr.splitlines() if line.startswith("import time:")]
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in timed}
    return loaded & find_dependencies()


COMPLETION = {"_VOICEOPS_COMPLETE": "bash_complete", "COMP_WORDS": "voiceops pl", "COMP_CWORD": "1"}


@pytest.mark.parametrize(
    ("words", "env", "may_load"),
    [
        (["--help"], {}, set()),
        (["plan", "--help"], {}, set()),
        (["apply", "--help"], {}, set()),
        (["sandbox", "--help"], {}, set()),
        (["sandbox", "serve", "--help"], {}, set()),
        (["--version"], {}, set()),
        (["plam"], {}, set()),
        ([], COMPLETION, set()),  # the shell asks so, with every press of the tab key
        (["validate"], {}, {"pydantic", "ruamel"}),
        (["plan", "--env", "sandbox"], {}, {"pydantic", "ruamel", "httpx", "filelock"}),
    ],
)
def test_a_command_loads_nothing_slow_that_it_does_not_need(
    project: Project, words: list[str], env: dict[str, str | None], may_load: set[str]
) -> None:
    loaded = list_loaded(project, *words, env=env)
    assert "click" in loaded
    assert loaded - {"click"} <= may_load
