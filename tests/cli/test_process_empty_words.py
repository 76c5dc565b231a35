"""Words that a variable left empty, and globs that can match nothing, are wrong uses."""

from __future__ import annotations

import pytest
from cli_process import Project

SANDBOX = ("--env", "sandbox")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fmt", ""), "a path is empty"),
        (("plan", *SANDBOX, "-o", ""), "-o names no file: it is empty"),
        (("plan", *SANDBOX, "--exclude", "old[*"), "--exclude has the glob 'old[*', which has a "),
        (("plan", *SANDBOX, "--only", ""), "--only has the glob '', which is empty"),
    ],
)
def test_it_is_told_and_nothing_is_done(
    project: Project, words: tuple[str, ...], said: str
) -> None:
    before = project.files()
    ran = project.run(*words)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err
    assert project.files() == before
