"""`voiceops init`: a project that works from its first minute."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cli_process import INSTALL, Project
from ruamel.yaml import YAML

from voiceops.files.project.scaffold import Ci, find_ci

MADE = [
    *("voiceops.schema.json", "manifests/voices.yaml", "voiceops.yaml"),
    *(".gitignore", ".gitattributes"),
]


def test_a_new_project_is_valid_formatted_and_can_be_applied(tmp_path: Path) -> None:
    project = Project(tmp_path)
    ran = project.run("init")
    assert (ran.code, ran.err) == (0, "")
    made = [f"made  {path}" for path in MADE]
    assert ran.out.splitlines() == [*made, "Next: voiceops plan --env sandbox"]
    assert project.run("validate").code == 0
    assert project.run("fmt", "--check").code == 0
    assert project.run("apply", "--env", "sandbox", "--yes").code == 0
    assert project.run("plan", "--env", "sandbox", "--detailed-exitcode").code == 0
    assert stat.S_IMODE((tmp_path / "manifests" / "voices.yaml").stat().st_mode) == 0o644


def test_a_second_one_changes_nothing(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.run("init", "--ci", "github", "--install", INSTALL)
    before = project.files()
    ran = project.run("init", "--ci", "github", "--install", INSTALL)
    assert ran.out == "The project has all of it.\nNext: voiceops plan --env sandbox\n"
    assert project.files() == before


def test_what_is_there_stays(tmp_path: Path) -> None:
    project = Project(tmp_path)
    kept = {
        "manifests/mine.yaml": "voices: {}\n",
        ".gitignore": "*.pyc",
        ".gitlab-ci.yml": "mine: {script: [true]}\n",
    }
    for path, text in kept.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    ran = project.run("init")
    assert ran.out.splitlines()[:-1] == [
        "made  voiceops.schema.json",
        "made  voiceops.yaml",
        "added to  .gitignore",
        "made  .gitattributes",
    ]
    assert (tmp_path / ".gitignore").read_text() == "*.pyc\n.voiceops/\n"
    for path in ("manifests/mine.yaml", ".gitlab-ci.yml"):
        assert (tmp_path / path).read_text() == kept[path]


@pytest.mark.parametrize(
    ("files", "remote", "found"),
    [
        ([".github/x"], "", Ci.GITHUB),
        ([".gitlab-ci.yml"], "", Ci.GITLAB),
        ([], "git@github.com:a/b.git", Ci.GITHUB),
        ([], "https://gitlab.com/a/b.git", Ci.GITLAB),
        ([], "https://example.com/a.git", Ci.NONE),
        ([], "", Ci.NONE),
    ],
)
def test_the_platform_is_found(tmp_path: Path, files: list[str], remote: str, found: Ci) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("")
    if remote:
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
        subprocess.run(["git", "remote", "add", "origin", remote], cwd=tmp_path, check=True)
    assert find_ci(tmp_path) is found


@pytest.mark.parametrize(
    ("ci", "path"), [("github", ".github/workflows/voiceops.yml"), ("gitlab", ".gitlab-ci.yml")]
)
def test_a_pipeline_never_cancels_an_apply_and_calls_what_there_is(
    tmp_path: Path, ci: str, path: str
) -> None:
    project = Project(tmp_path)
    assert project.run("init", "--ci", ci, "--install", INSTALL).code == 0
    text = (tmp_path / path).read_text(encoding="utf-8")
    pipeline = YAML(typ="safe").load(text)
    if ci == "github":
        assert pipeline["permissions"] == {"contents": "read"}
        apply = pipeline["jobs"]["apply"]
        assert apply["concurrency"] == {"group": "voiceops-default-.", "cancel-in-progress": False}
        assert all("timeout-minutes" in job for job in pipeline["jobs"].values())
        assert "secrets" not in str(pipeline["jobs"]["validate"])
    else:
        assert pipeline["apply"]["resource_group"] == "voiceops-default-."
        assert pipeline["apply"]["interruptible"] is False
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    commands = set(
        re.findall(r"(?:python -m |run: |- |exec |\s)voiceops ([a-z]+(?:-[a-z]+)*)", code)
    )
    assert commands == {"fmt", "validate", "plan", "show", "apply", "drift", "lockfile-push"}
    for command in commands:
        assert project.run(command, "--help").code == 0


PROD = "environments: {prod: {lockfile: state/prod.lock, api_key: DASHSCOPE_API_KEY_PROD}}\n"
KEPT = ["report.json", "state/prod.lock", "state/prod.lock.emergency.jsonl", ".voiceops/prod"]


def read_pipeline(root: Path, path: str) -> dict[str, Any]:
    read = YAML(typ="safe").load((root / path).read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def make_repository(top: Path, folder: str, settings: str, *, branch: str) -> Project:
    """Make a repository with a project in a folder of it."""
    subprocess.run(["git", "init", "-q", "-b", branch, str(top)], check=True)
    project = Project(top / folder)
    project.folder.mkdir(exist_ok=True)
    (project.folder / "voiceops.yaml").write_text(settings, encoding="utf-8")
    return project


@pytest.mark.parametrize("folder", [".", "voices"])
def test_the_github_pipeline_is_written_for_the_environment_folder_and_branch(
    tmp_path: Path, folder: str
) -> None:
    project = make_repository(tmp_path, folder, PROD, branch="live")
    ran = project.run("init", "--ci", "github", "--install", INSTALL)
    warning = "GitHub reads workflows at the top of a repository alone: move .github there"
    assert (ran.code, ran.err) == (0, "" if folder == "." else f"warning: {warning}\n")
    pipeline = read_pipeline(project.folder, ".github/workflows/voiceops.yml")
    assert pipeline["on"]["push"] == {"branches": ["live"]}
    assert pipeline["defaults"] == {"run": {"working-directory": folder}}
    apply = pipeline["jobs"]["apply"]
    assert apply["if"].startswith("github.ref == 'refs/heads/live' && (")
    assert apply["concurrency"]["group"] == f"voiceops-prod-{folder}"
    steps = {step.get("id") or step.get("name", "")[:4]: step for step in apply["steps"]}
    key = {"DASHSCOPE_API_KEY_PROD": "${{ secrets.DASHSCOPE_API_KEY_PROD }}"}
    assert steps["apply"]["env"] == key
    first, *rest = steps["Keep"]["with"]["path"].split()
    prefix = "" if folder == "." else f"{folder}/"
    assert (first, rest) == (f"{folder}/report.json", [f"{prefix}{path}" for path in KEPT[1:]])
    text = (project.folder / ".github" / "workflows" / "voiceops.yml").read_text()
    assert text.count("--env prod ") == 5
    assert "VOICEOPS-" not in text


@pytest.mark.parametrize("folder", [".", "voices"])
def test_the_gitlab_pipeline_is_written_for_the_environment_and_folder(
    tmp_path: Path, folder: str
) -> None:
    project = make_repository(tmp_path, folder, PROD, branch="live")
    ran = project.run("init", "--ci", "gitlab", "--install", INSTALL)
    warning = (
        "warning: GitLab reads .gitlab-ci.yml at the top of a repository alone: in Settings > "
        "CI/CD > General pipelines, set `CI/CD configuration file` to voices/.gitlab-ci.yml\n"
    )
    assert (ran.code, ran.err) == (0, "" if folder == "." else warning)
    pipeline = read_pipeline(project.folder, ".gitlab-ci.yml")
    apply = pipeline["apply"]
    assert apply["resource_group"] == f"voiceops-prod-{folder}"
    first, *rest = apply["artifacts"]["paths"]
    prefix = "" if folder == "." else f"{folder}/"
    assert (first, rest) == (f"{folder}/report.json", [f"{prefix}{path}" for path in KEPT[1:]])
    assert apply["artifacts"]["when"] == "always"
    assert pipeline["default"]["before_script"] == [f"cd {folder}"]
    text = (project.folder / ".gitlab-ci.yml").read_text(encoding="utf-8")
    assert text.count("--env prod ") == 4
    assert "${DASHSCOPE_API_KEY_PROD:-}" in text
    assert "VOICEOPS-" not in text


def test_the_branch_of_the_server_is_the_main_one(tmp_path: Path) -> None:
    project = make_repository(tmp_path, ".", PROD, branch="feature")
    to = ("refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    subprocess.run(["git", "-C", str(tmp_path), "symbolic-ref", *to], check=True)
    assert project.run("init", "--ci", "github", "--install", INSTALL).code == 0
    pipeline = read_pipeline(tmp_path, ".github/workflows/voiceops.yml")
    assert pipeline["on"]["push"] == {"branches": ["trunk"]}


@pytest.mark.parametrize(
    ("settings", "words", "branch", "why"),
    [
        ("{a: {}, b: {}}", (), "main", "there are several environments name one with --env: a, b"),
        ("{a: {}, b: {}}", ("--env", "sandbox"), "main", "sandbox is a sandbox of this machine"),
        ("{a: {endpoint: sandbox}}", (), "main", "a is a sandbox of this machine"),
        ("{a: {lockfile: 'a b.lock'}}", (), "main", "the lockfile 'a b.lock' has characters"),
        ("{a: {}}", (), "a'b", 'the branch "a\'b" has characters that no pipeline is'),
    ],
)
def test_a_pipeline_that_nobody_can_fill_in_is_refused(
    tmp_path: Path, settings: str, words: tuple[str, ...], branch: str, why: str
) -> None:
    project = make_repository(tmp_path, ".", f"environments: {settings}\n", branch=branch)
    before = project.files()
    ran = project.run("init", "--ci", "github", "--install", INSTALL, *words)
    assert (ran.code, project.files()) == (64, before)
    assert why in " ".join(ran.err.replace("hint: ", "").split())


def test_of_several_environments_one_is_named(tmp_path: Path) -> None:
    project = make_repository(tmp_path, ".", "environments: {a: {}, b: {}}\n", branch="main")
    (tmp_path / ".github").mkdir()
    ran = project.run("init", "--install", INSTALL)
    assert ran.code == 0
    assert ran.err == (
        "warning: no pipeline was written: there are several environments; run `voiceops init "
        "--ci github`\n  hint: name one with --env: a, b, sandbox\n"
    )
    assert project.run("init", "--ci", "github", "--install", INSTALL, "--env", "b").code == 0
    pipeline = read_pipeline(tmp_path, ".github/workflows/voiceops.yml")
    assert pipeline["jobs"]["apply"]["concurrency"]["group"] == "voiceops-b-."


@pytest.mark.parametrize(
    ("requirement", "why"),
    [
        ("voiceops", "is not pinned to a version, to a commit of a git address, or to a digest"),
        ("voices-as-code", "is not pinned"),
        ("voices-as-code>=0.1", "is not pinned"),
        ("voices-as-code @ git+https://example.com/a.git@main", "is not pinned"),
        ("voices-as-code==1.0' && curl x #", "is not pinned"),
        (f"voices-as-code @ git+https://ann:token@example.com/a.git@{1:040x}", "is not pinned"),
        ("voiceops==0.1.8", "names another product; this one is called voices-as-code"),
        ("Voiceops[server]==0.1.8", "names another product"),
    ],
)
def test_a_pipeline_installs_nothing_unpinned_and_nobody_elses(
    tmp_path: Path, requirement: str, why: str
) -> None:
    project = Project(tmp_path)
    ran = project.run("init", "--ci", "github", "--install", requirement)
    assert (ran.code, project.files()) == (64, {})
    assert why in " ".join(ran.err.split())


def test_without_an_installation_to_name_a_pipeline_is_asked_for(tmp_path: Path) -> None:
    """The copy under test was installed from a folder."""
    project = Project(tmp_path)
    ran = project.run("init", "--ci", "gitlab")
    assert (ran.code, project.files()) == (64, {})
    assert "came from neither a release nor a git address" in " ".join(ran.err.split())
    (tmp_path / ".github").mkdir()
    ran = project.run("init")
    assert ran.code == 0
    assert "warning: no pipeline was written: this copy" in ran.err
    assert not (tmp_path / ".github" / "workflows").exists()


@pytest.mark.parametrize(
    ("ci", "path"), [("github", ".github/workflows/voiceops.yml"), ("gitlab", ".gitlab-ci.yml")]
)
def test_each_installation_in_a_pipeline_is_the_one_that_was_named(
    tmp_path: Path, ci: str, path: str
) -> None:
    project = Project(tmp_path)
    project.run("init", "--ci", ci, "--install", INSTALL)
    text = (tmp_path / path).read_text(encoding="utf-8")
    installs = [line.strip() for line in text.splitlines() if "pip install" in line]
    assert installs
    assert all(line.endswith(f"'{INSTALL}'") for line in installs)
