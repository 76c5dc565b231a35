"""The runner of these tests: what it does not know it refuses, and a step sees what it should."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from action_expressions import Refused, evaluate, fill
from action_runner import Machine, base_environment, read_assignments, run_job
from action_tools import copy_tree

CONTEXT = {"inputs": {"a": "x", "empty": ""}, "steps": {"one": {"outcome": "success"}}}
FUNCTIONS = {"always": lambda: True}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("inputs.a", "x"),
        ("inputs.absent", ""),
        ("steps.two.outputs.x", ""),
        ("inputs.a == 'X'", True),
        ("always() && steps.one.outcome != 'skipped'", True),
        ("!(inputs.a == 'x') || inputs.empty == ''", True),
        ("always() && inputs.a == 'y' && always()", False),
        ("'it''s'", "it's"),
    ],
)
def test_an_expression_has_its_value(expression: str, value: object) -> None:
    assert evaluate(expression, CONTEXT, FUNCTIONS) == value
    assert evaluate(f"${{{{ {expression} }}}}", CONTEXT, FUNCTIONS) == value


@pytest.mark.parametrize(
    "expression",
    ["secrets.KEY", "contains(inputs.a, 'x')", "inputs.a ==", "inputs", "inputs.a > 1", "a b", "("],
)
def test_an_expression_that_is_not_known_is_refused(expression: str) -> None:
    with pytest.raises(Refused):
        evaluate(expression, CONTEXT, FUNCTIONS)


def test_a_value_is_not_looked_into_again() -> None:
    context = {"inputs": {"a": "${{ inputs.b }}", "b": "no"}}
    assert fill("<${{ inputs.a }}>", context) == "<${{ inputs.b }}>"


@pytest.mark.parametrize("text", ["a=1", "a<<end\n1\n", "nothing\n"])
def test_an_output_that_the_platform_would_refuse_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "output").write_text(text)
    with pytest.raises((AssertionError, ValueError)):
        read_assignments(tmp_path / "output")


def test_steps_end_as_those_of_a_runner(tmp_path: Path) -> None:
    machine = Machine(tmp_path, tmp_path, base_environment(tmp_path), {}, tmp_path)
    steps = [
        {"id": "one", "run": "false | true; echo a=1 >> $GITHUB_OUTPUT"},
        {"id": "two", "run": "echo B=2 >> $GITHUB_ENV; exit 3", "continue-on-error": True},
        {"id": "three", "run": 'test "$B" = 2; exit 4'},
        {"id": "four", "run": "true"},
        {"id": "five", "if": "always() && steps.two.outcome == 'failure'", "run": "true"},
        {"id": "six", "if": "steps.two.outcome == 'failure'", "run": "true"},
    ]
    ended = run_job(machine, {"steps": steps})
    assert ended is not None
    assert {name: (one.outcome, one.conclusion) for name, one in ended.steps.items()} == {
        "one": ("success", "success"),
        "two": ("failure", "success"),
        "three": ("failure", "failure"),
        "four": ("skipped", "skipped"),
        "five": ("success", "success"),
        "six": ("skipped", "skipped"),
    }
    assert (ended.conclusion, ended.steps["one"].outputs) == ("failure", {"a": "1"})


def test_what_is_installed_does_not_see_the_key(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nenv\nexit 1\n")
    python.chmod(0o755)
    keys = {"DASHSCOPE_API_KEY_PROD": "sk-canary", "VOICEOPS_KEY": "sk-canary"}
    env = {
        **base_environment(tmp_path),
        **keys,
        "GITHUB_ACTION_PATH": str(tmp_path),
        "RUNNER_TEMP": str(tmp_path),
        "PYTHON": str(python),
    }
    script = copy_tree() / "clone" / ".github" / "action" / "install.sh"
    ran = subprocess.run(["bash", script], env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "GITHUB_ACTION_PATH=" in ran.stdout
    assert "sk-canary" not in ran.stdout
