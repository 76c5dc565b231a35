"""The exit code tells the truth, and the message says what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import MANIFEST, Run

NOWHERE = {
    "DASHSCOPE_API_KEY": "sk-canary",
    "DASHSCOPE_HTTP_BASE_URL": "http://127.0.0.1:9/api/v1",
}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--version"], 0, ""),
        (["plan", "--env", "sandbox"], 0, ""),
        (["plan", "--env", "sandbox", "--detailed-exitcode"], 2, ""),
        (["drift", "--env", "sandbox"], 2, ""),
        (["validate"], 0, ""),
        (["schema", "manifest"], 0, ""),
        (["plan"], 1, "DASHSCOPE_API_KEY is not set"),
        (["apply", "--env", "sandbox"], 3, "add --yes to apply without being asked"),
        (["plam"], 64, "Did you mean 'plan'?"),
        (["plan", "--jsn"], 64, "--json"),
        (["plan", "--env", "sandbax"], 64, "did you mean sandbox?"),
        (["plan", "-C", "nowhere"], 1, "there is no such folder"),
        (["apply", "--parallelism", "0"], 64, "parallelism"),
    ],
)
def test_exit_codes(run: Run, words: list[str], code: int, said: str) -> None:
    done = run(*words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_an_unreachable_service_is_an_error_and_changes_nothing(project: Path, run: Run) -> None:
    for command in (["plan"], ["apply", "--yes"], ["drift"], ["list"]):
        done = run(*command, **NOWHERE)
        assert done.returncode == 1
        assert "cannot reach 127.0.0.1:9" in done.stderr
        assert "sk-canary" not in done.stdout + done.stderr
    assert not (project / "voiceops.lock").exists()


def test_a_guard_refuses_and_a_plan_still_shows(project: Path, run: Run) -> None:
    run("apply", "--env", "sandbox", "--yes")
    (project / "manifests" / "news.yaml").write_text("voices: {}\n", encoding="utf-8")
    planned = run("plan", "--env", "sandbox")
    assert planned.returncode == 0
    assert "refused: no voice is declared, and the lockfile has 2" in planned.stdout
    assert run("plan", "--env", "sandbox", "--detailed-exitcode").returncode == 3
    refused = run("apply", "--env", "sandbox", "--yes")
    assert refused.returncode == 3
    assert len(json.loads((project / "voiceops.sandbox.lock").read_bytes())["voices"]) == 2
    assert run("apply", "--env", "sandbox", "--yes", "--allow-empty").returncode == 0


def test_all_faults_are_reported_at_once(project: Path, run: Run) -> None:
    broken = MANIFEST.replace("voice_prompt: A deep", "voice_promt: A deep")
    broken = broken.replace("language: en", "language: eng")
    (project / "manifests" / "news.yaml").write_text(broken, encoding="utf-8")
    done = run("validate")
    assert done.returncode == 1
    assert "manifests/news.yaml:2:13: language is 'eng'" in done.stdout
    assert "manifests/news.yaml:8:5: unknown key 'voice_promt'" in done.stdout
    assert "hint: did you mean voice_prompt?" in done.stdout
    assert run("plan", "--env", "sandbox").returncode == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("voiceops.sandbox.lock", "<<<<<<< HEAD\n", "conflict markers"),
        ("voiceops.sandbox.lock", '{"version": 9}', "upgrade voiceops"),
        ("voiceops.other.lock", "{", "voiceops.other.lock:1:2"),
        (".voiceops/sandbox/journal.jsonl", "what?\n", "the journal is damaged"),
        ("voiceops.yaml", "orphans: burn\n", "voiceops.yaml:1:10"),
        (".voiceops/sandbox.db", "no database", "sandbox.db"),
    ],
)
def test_a_broken_file_stops_before_anything_is_done(
    project: Path, run: Run, name: str, text: str, said: str
) -> None:
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text(text, encoding="utf-8")
    done = run("apply", "--env", "sandbox", "--yes")
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert (project / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        (["--help"], "pydantic httpx ruamel rich deepdiff asyncio starlette filelock sqlite3"),
        (["--version"], "pydantic httpx ruamel rich deepdiff asyncio starlette filelock sqlite3"),
        (["validate"], "httpx deepdiff asyncio starlette filelock sqlite3"),
        (["plan", "--env", "sandbox"], "deepdiff asyncio starlette"),
    ],
)
def test_a_command_loads_only_what_it_needs(project: Path, words: list[str], absent: str) -> None:
    script = (
        "import sys\n"
        f"sys.argv = ['voiceops', *{words!r}]\n"
        "from voiceops.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True
    )
    assert not set(absent.split()) & set(done.stderr.split())


def test_a_reader_that_leaves_early_is_no_traceback(project: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m voiceops schema manifest | head -1"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("{\n", "")


@pytest.mark.parametrize("locale", ["C", "de_DE.ISO-8859-1", "C.UTF-8"])
def test_any_locale_takes_any_text(project: Path, run: Run, locale: str) -> None:
    text = MANIFEST.replace("A deep voice.", "沉稳的声音，适合新闻播报。")
    (project / "manifests" / "news.yaml").write_text(text, encoding="utf-8")
    done = run("plan", "--env", "sandbox", LC_ALL=locale, PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert "\\u6c89" in done.stdout
