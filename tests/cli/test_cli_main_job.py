"""The main job: plan, apply, and a second plan that says that nothing changes."""

from __future__ import annotations

import json
from pathlib import Path

from cli_project import Run


def bytes_of(project: Path) -> dict[str, bytes]:
    """Give all that is the user's: not the state, which git ignores."""
    return {
        str(path): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and ".voiceops" not in path.parts
    }


def test_plan_apply_plan(project: Path, run: Run) -> None:
    planned = run("plan", "--env", "sandbox", "--detailed-exitcode")
    assert planned.returncode == 2
    assert planned.stdout.endswith(
        "Plan: 2 to create, 0 unchanged.\nNext: voiceops apply --env sandbox\n"
    )
    applied = run("apply", "--env", "sandbox", "--yes")
    assert (applied.returncode, applied.stdout) == (
        0,
        "Listen to the previews in .voiceops/sandbox/previews/.\n"
        "Apply: 2 created. Spent about 0.4 USD. The names are in voiceops.sandbox.lock.\n",
    )
    lock = json.loads((project / "voiceops.sandbox.lock").read_bytes())
    assert list(lock["voices"]) == ["announcer", "weather"]
    assert lock["voices"]["announcer"]["voice"].startswith("qwen-tts-vd-announcer-voice-")
    state = project / ".voiceops" / "sandbox"
    assert (state / "journal.jsonl").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in (state / "previews").iterdir()) == [
        "announcer.pcm",
        "weather.pcm",
    ]
    before = bytes_of(project)
    again = run("plan", "--env", "sandbox", "--detailed-exitcode")
    assert again.returncode == 0
    assert again.stdout.endswith("No changes: 2 voices as declared.\n")
    assert run("apply", "--env", "sandbox", "--yes").stdout == "Nothing to do.\n"
    assert run("drift", "--env", "sandbox").returncode == 0
    assert bytes_of(project) == before


def test_json_says_what_the_text_says(run: Run) -> None:
    plan = json.loads(run("plan", "--env", "sandbox", "--json").stdout)
    assert plan["format_version"] == 1
    keys = {"changes", "quota", "idle", "price", "drift", "unmanaged", "problems"}
    assert keys <= plan.keys()
    assert [(change["action"], change["name"]) for change in plan["changes"]] == [
        ("create", "announcer"),
        ("create", "weather"),
    ]
    assert plan["price"]["amount"] == 0.4
    report = json.loads(run("apply", "--env", "sandbox", "--yes", "--json").stdout)
    assert [(r["action"], r["name"], r["status"]) for r in report["results"]] == [
        ("create", "announcer", "done"),
        ("create", "weather", "done"),
    ]
    listed = json.loads(run("list", "--env", "sandbox", "--json").stdout)
    assert [(voice["owner"], voice["name"]) for voice in listed["voices"]] == [
        ("managed", "announcer"),
        ("managed", "weather"),
    ]


def test_selection_and_places_of_options(project: Path, run: Run) -> None:
    done = run("-C", str(project), "--env", "sandbox", "plan", "--only", "ann*")
    assert done.stdout.endswith(
        "Plan: 1 to create, 0 unchanged, 1 not selected.\n"
        f"Next: voiceops apply --env sandbox -C {project} --only 'ann*'\n"
    )
    assert run("apply", "--env", "sandbox", "--yes", "--exclude", "announcer").returncode == 0
    lock = json.loads((project / "voiceops.sandbox.lock").read_bytes())
    assert list(lock["voices"]) == ["weather"]


def test_a_lost_lockfile_costs_nothing(project: Path, run: Run) -> None:
    run("apply", "--env", "sandbox", "--yes")
    lock = project / "voiceops.sandbox.lock"
    before = json.loads(lock.read_bytes())
    lock.unlink()
    done = run("apply", "--env", "sandbox", "--yes")
    assert "Apply: 2 adopted. The names" in done.stdout
    assert json.loads(lock.read_bytes()) == before


def test_state_is_left_out_of_git(project: Path, run: Run) -> None:
    run("apply", "--env", "sandbox", "--yes")
    assert (project / ".voiceops" / ".gitignore").read_text(encoding="utf-8") == "*\n"
