"""Action, examples and templates: what linters say of them, and what must hold of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from action_engine import OURS, PINS
from action_tools import ROOT, find_linters, read_yaml, run_linter

from voiceops.cli.main import cli

EXAMPLES = sorted((ROOT / "docs" / "how-to" / "github").glob("*.yml"))
TEMPLATE = ROOT / "voiceops" / "templates" / "github.yml"
GITLAB = ROOT / "voiceops" / "templates" / "gitlab.yml"
OWN = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# What the examples call; each works on the project of whoever calls it.
CALLED = [path for path in OWN if path.name.startswith("voices-")]
CALLERS = [path for path in EXAMPLES if path.name != "matrix.yml"]
WORKFLOWS = [*EXAMPLES, TEMPLATE, *OWN]
ACTION = ROOT / "action.yml"
SCRIPTS = sorted((ROOT / ".github" / "action").glob("*.sh"))
PROGRAMS = sorted((ROOT / ".github" / "action").glob("*.js"))
# Options that the action gives itself, or that one run of it has no use for.
LEFT_OUT = {
    "validate": set(),
    "fmt": {"check"},
    "plan": {"as-if", "detailed-exitcode", "all-environments"},
    "apply": {"yes", "no-settle", "all-environments"},
    "drift": {"all-environments"},
}
_USES = re.compile(r"uses: (\S+?)@(.*)$", re.MULTILINE)


@pytest.mark.parametrize(
    ("schema", "files"),
    [("github-actions", [ACTION]), ("github-workflows", WORKFLOWS), ("gitlab-ci", [GITLAB])],
)
def test_files_are_what_their_schema_says(schema: str, files: list[Path]) -> None:
    ran = run_linter("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files, cwd=ROOT)
    assert (ran.returncode, ran.stdout) == (0, "ok -- validation done\n")


def test_actionlint_finds_nothing() -> None:
    ran = run_linter("actionlint", *WORKFLOWS, cwd=ROOT)
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")


def test_zizmor_finds_nothing() -> None:
    ran = run_linter("zizmor", "--offline", "--quiet", ACTION, *WORKFLOWS, cwd=ROOT)
    assert ran.returncode == 0, ran.stdout


def test_shellcheck_finds_nothing() -> None:
    ran = run_linter("shellcheck", *SCRIPTS, cwd=ROOT)
    assert (ran.returncode, ran.stdout) == (0, "")


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_programs_can_be_read(path: Path) -> None:
    assert run_linter("node", "--check", path, cwd=ROOT).returncode == 0


def test_the_linters_find_what_they_are_for(tmp_path: Path) -> None:
    bad = {
        "action.yml": "name: x\ndescription: x\nruns: {using: composite, steps: [{run: true}]}\n",
        "flow.yml": (
            "on: pull_request_target\npermissions: write-all\njobs:\n  a:\n    runs-on: ubuntu-99\n"
            "    steps:\n      - uses: actions/checkout@v4\n"
            "      - run: echo ${{ github.head_ref }} $x\n"
        ),
        "bad.sh": "#!/bin/bash\nrm $1\n",
    }
    for name, text in bad.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert find_linters().is_dir()
    found = run_linter(
        "check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml", cwd=tmp_path
    )
    assert found.returncode == 1
    assert (
        'label "ubuntu-99" is unknown' in run_linter("actionlint", "flow.yml", cwd=tmp_path).stdout
    )
    found = run_linter("zizmor", "--offline", "flow.yml", cwd=tmp_path)
    for name in ("dangerous-triggers", "template-injection", "unpinned-uses", "artipacked"):
        assert name in found.stdout
    assert "SC2086" in run_linter("shellcheck", "bad.sh", cwd=tmp_path).stdout


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_what_is_used_is_pinned(path: Path) -> None:
    used = _USES.findall(path.read_text(encoding="utf-8"))
    assert used
    named = [(name.partition("/.github/")[0], pin.partition(" # zizmor")[0]) for name, pin in used]
    assert [(name, pin) for name, pin in named if PINS[name] != pin] == []


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_no_expression_stands_in_a_script(path: Path) -> None:
    for step in steps_of(path):
        script = str(step.get("run", "")) + str(step.get("with", {}).get("script", ""))
        assert "${{" not in script


def steps_of(path: Path) -> Iterator[dict[str, object]]:
    read = read_yaml(path)
    jobs = read["jobs"].values() if "jobs" in read else [read["runs"]]
    return (step for job in jobs for step in job.get("steps", []))


@pytest.mark.parametrize(
    "path", [one for one in WORKFLOWS if one not in CALLERS], ids=lambda path: path.name
)
def test_every_job_has_a_limit_and_only_the_rights_that_it_needs(path: Path) -> None:
    workflow = read_yaml(path)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for name, job in workflow["jobs"].items():
        assert 0 < job["timeout-minutes"] <= (90 if path.name == "ci.yml" else 60)
        rights = job.get("permissions", workflow["permissions"])
        written = {right for right, level in rights.items() if level == "write"}
        uses_action = any(OURS in str(step.get("uses", "")) for step in job["steps"])
        wanted = {"apply": {"contents"}, "publish": {"id-token"}}
        if uses_action:
            wanted |= {"drift": {"issues"}, "plan": {"pull-requests"}}
            if path.name == "voices-apply.yml":
                del wanted["plan"]
        assert written == wanted.get(name, set())
        for step in job["steps"]:
            if "actions/checkout" in str(step.get("uses")):
                assert step["with"]["persist-credentials"] is False
        if name == "validate":
            assert "secrets" not in str(job)


@pytest.mark.parametrize("path", CALLERS, ids=lambda path: path.name)
def test_a_workflow_of_a_user_calls_ours_with_what_it_takes(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 18
    (job,) = read_yaml(path)["jobs"].values()
    called = ROOT / job["uses"].partition("@")[0].removeprefix(f"{OURS}/")
    assert called in CALLED
    wanted = read_yaml(called)
    assert job["with"].keys() <= wanted["on"]["workflow_call"]["inputs"].keys()
    asked = [one["permissions"].items() for one in wanted["jobs"].values()]
    written = {right for rights in asked for right, level in rights if level == "write"}
    granted = {right for right, level in job["permissions"].items() if level == "write"}
    assert granted == written
    assert {"contents"} <= job["permissions"].keys()
    assert job["secrets"] == "inherit"


@pytest.mark.parametrize("name", ["voices-review.yml", "voices-apply.yml"])
def test_a_called_plan_takes_whatever_shapes_a_plan(name: str) -> None:
    """What a guard's message says to add can be added by whoever calls."""
    workflow = read_yaml(ROOT / ".github" / "workflows" / name)
    inputs = workflow["on"]["workflow_call"]["inputs"]
    shaping = {"only", "exclude", "allow-empty", "allow-deletes", "allow-replaces"}
    shaping |= {"delete-now", "replace", "accept-lost", "deletes-first"}
    assert shaping <= inputs.keys() & read_yaml(ACTION)["inputs"].keys()
    plan = next(step for step in workflow["jobs"]["plan"]["steps"] if OURS in step["uses"])
    given = {key: plan["with"].get(key) for key in shaping}
    assert given == {key: f"${{{{ inputs.{key} }}}}" for key in shaping}


def test_an_apply_waits_for_the_validation_and_for_the_plan() -> None:
    jobs = read_yaml(ROOT / ".github" / "workflows" / "voices-apply.yml")["jobs"]
    assert [jobs[name].get("needs") for name in ("validate", "plan", "apply")] == [
        None,
        "validate",
        "plan",
    ]
    assert "if" not in jobs["validate"]


@pytest.mark.parametrize("path", [TEMPLATE, *EXAMPLES, *CALLED], ids=lambda path: path.name)
def test_an_apply_that_runs_is_never_cancelled(path: Path) -> None:
    workflow = read_yaml(path)
    if "apply" in workflow["jobs"]:
        apply = workflow["jobs"]["apply"]
        assert apply["concurrency"]["cancel-in-progress"] is False
        assert "cancel-in-progress" not in workflow.get("concurrency", {})


def test_all_pipelines_have_one_name_for_an_account_and_a_folder() -> None:
    """Two of them may be in use: then they wait for each other."""
    pipelines = {
        path.name: read_yaml(path)["jobs"]["apply"]["concurrency"]["group"]
        for path in WORKFLOWS
        if "apply" in read_yaml(path)["jobs"]
    }
    pipelines["gitlab.yml"] = read_yaml(GITLAB)["apply"]["resource_group"]
    assert pipelines.keys() == {"matrix.yml", "github.yml", "gitlab.yml", "voices-apply.yml"}
    values = {
        **{"inputs.environment": "default", "matrix.account": "default", "inputs.directory": "."},
        **{"VOICEOPS-ENVIRONMENT": "default", "VOICEOPS-DIRECTORY": "."},
    }
    names = {
        re.sub(r"\$\{\{ (.*?) \}\}|VOICEOPS-\w+", lambda found: values[found[1] or found[0]], group)
        for group in pipelines.values()
    }
    assert names == {"voiceops-default-."}


def test_the_command_that_pays_becomes_the_shell() -> None:
    steps = read_yaml(TEMPLATE)["jobs"]["apply"]["steps"]
    command = "exec voiceops apply --env VOICEOPS-ENVIRONMENT --yes -o report.json"
    assert command in [step.get("run") for step in steps]
    run = next(step for step in steps_of(ACTION) if step.get("id") == "run")
    assert run["run"].startswith('exec "$BIN/python" ')
    assert "if" not in run
    last = (ROOT / ".github" / "action" / "run.py").read_text(encoding="utf-8").splitlines()[-1]
    assert last.startswith('os.execv(f"{folder}/voiceops", ["voiceops", *words])')


def test_every_option_that_shapes_a_plan_is_an_input() -> None:
    """An input is given to the command as the option of its name."""
    inputs = read_yaml(ACTION)["inputs"].keys()
    for name, left_out in LEFT_OUT.items():
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        options = {
            word.removeprefix("--")
            for option in command.params
            for word in option.opts
            if word.startswith("--")
        }
        assert options - inputs == {*left_out, "env", "color", "json"} - (
            {"json"} if name == "fmt" else set()
        )
        handed = {option.upper().replace("-", "_") for option in options & inputs}
        locate = next(step for step in steps_of(ACTION) if step.get("id") == "locate")
        assert handed <= {key.removeprefix("OPTION_") for key in locate["env"]}
