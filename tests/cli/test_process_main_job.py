"""The main job: plan, apply, plan again; what is written, and what is said of it."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from cli_process import NAMES, Project
from cli_service import Service

SANDBOX = ("--env", "sandbox")
PLAN_KEYS = {
    "format_version",
    "changes",
    "quota",
    "idle",
    "price",
    "drift",
    "unmanaged",
    "problems",
}


def test_a_plan_shows_each_voice_the_price_and_the_next_command(project: Project) -> None:
    ran = project.run("plan", *SANDBOX)
    assert (ran.code, ran.err) == (0, "")
    *details, last = ran.out.splitlines()
    creates = [line.split()[2] for line in details if line.startswith("+ create")]
    assert creates == list(NAMES)
    assert details[-1] == "Plan: 3 to create, 0 unchanged."
    assert "Price: 3 x 0.2 = 0.6 USD (an estimate)" in details
    assert "Quota: 0 voices now, 3 after, 3 at the peak, of 1,000" in details
    assert last == "Next: voiceops apply --env sandbox"


def test_an_apply_creates_every_voice_and_the_next_plan_is_empty(project: Project) -> None:
    ran = project.run("apply", *SANDBOX, "--yes")
    assert ran.code == 0
    voices = project.voices()
    assert tuple(voices) == NAMES
    for name, voice in voices.items():
        assert f"created {name}  {voice}\n" in ran.err
    assert ran.out.splitlines() == [
        *(
            f"Listen to .voiceops/sandbox/previews/{name}/{voice}.pcm"
            for name, voice in voices.items()
        ),
        "Apply: 3 created. Spent about 0.6 USD. The names are in voiceops.sandbox.lock.",
    ]
    again = project.run("plan", *SANDBOX, "--detailed-exitcode")
    assert again.code == 0
    assert again.out.splitlines()[-1] == "No changes: 3 voices as declared."


def test_an_apply_writes_these_files_with_these_modes(project: Project) -> None:
    before = set(project.files())
    project.run("apply", *SANDBOX, "--yes")
    written = {path for path in set(project.files()) - before if path != ".voiceops/sandbox.db"}
    modes = {path: stat.S_IMODE((project.folder / path).stat().st_mode) for path in written}
    state = ".voiceops/sandbox"
    private = {f"{state}/holder.json": 0o600, f"{state}/journal.jsonl": 0o600}
    previews = {
        f"{state}/previews/{name}/{voice}.pcm": 0o644 for name, voice in project.voices().items()
    }
    assert modes == {
        "voiceops.sandbox.lock": 0o644,
        ".voiceops/.gitignore": 0o644,
        f"{state}/lock": 0o644,
        **private,
        **previews,
    }
    assert (project.folder / ".voiceops/.gitignore").read_text() == "*\n"
    assert all((project.folder / path).stat().st_size > 1000 for path in previews)


def test_runs_that_change_nothing_leave_every_byte_of_the_lockfile(project: Project) -> None:
    project.run("apply", *SANDBOX, "--yes")
    before, status = project.lockfile.read_bytes(), project.lockfile.stat()
    for arguments in (["plan"], ["apply", "--yes"], ["drift"], ["apply"]):
        assert project.run(*arguments, *SANDBOX).code == 0, arguments
    assert project.lockfile.read_bytes() == before
    assert project.lockfile.stat().st_ino == status.st_ino
    assert project.lockfile.stat().st_mtime_ns == status.st_mtime_ns


def test_what_only_looks_writes_nothing(remote: Project, service: Service) -> None:
    before = remote.files()
    for command in (["plan"], ["drift"], ["list"], ["validate"], ["plan", "--json"]):
        remote.run(*command)
    assert remote.files() == before
    assert {action["action"] for action in service.actions} == {"list"}


def test_an_edit_replaces_the_voice_and_a_removal_deletes_it(project: Project) -> None:
    project.run("apply", *SANDBOX, "--yes")
    before = project.voices()
    project.edit("a deep voice", "a hoarse voice")
    removed = project.manifest.read_text(encoding="utf-8").partition("  xinwen:")[0]
    project.manifest.write_text(removed, encoding="utf-8")
    planned = project.run("plan", *SANDBOX)
    assert "    voice_prompt  A composed man with a [-deep-]{+hoarse+} voice." in planned.out
    assert "Plan: 1 to replace, 1 to delete, 1 unchanged." in planned.out
    ran = project.run("apply", *SANDBOX, "--yes")
    assert ran.code == 0
    assert "Apply: 1 replaced, 1 deleted. Spent about 0.2 USD." in ran.out
    after = project.voices()
    assert set(after) == {"anchor", "wetter"}
    assert after["wetter"] == before["wetter"]
    assert after["anchor"] != before["anchor"]


def test_the_plan_as_json_holds_what_the_text_says(project: Project) -> None:
    project.run("apply", *SANDBOX, "--yes", "--exclude", "wetter")
    project.edit("a deep voice", "a hoarse voice")
    text = project.run("plan", *SANDBOX).out
    ran = project.run("plan", *SANDBOX, "--json")
    document = ran.document
    assert (ran.code, ran.err) == (0, "")
    assert set(document) >= PLAN_KEYS
    assert (document["format_version"], document["kind"]) == (1, "plan")
    changes = document["changes"]
    assert isinstance(changes, list)
    rows = [(change["action"], change["reason"], change["name"]) for change in changes]
    assert sorted(rows) == [("create", "new", "wetter"), ("replace", "edited", "anchor")]
    quota = {"limit": 1000, "now": 2, "after": 4, "peak": 4, "warn_at": 900, "family": ""}
    assert document["quota"] == quota
    assert "Quota: 2 voices now, 4 after, 4 at the peak, of 1,000" in text
    price = document["price"]
    assert isinstance(price, dict)
    assert (price["creates"], price["amount"], price["currency"]) == (2, 0.4, "USD")
    assert "Price: 2 x 0.2 = 0.4 USD" in text
    empty = {"idle", "drift", "unmanaged", "waiting", "pinned", "problems", "guards"}
    assert [document[key] for key in sorted(empty)] == [[]] * len(empty)
    assert changes[rows.index(("replace", "edited", "anchor"))]["replaces"] in text


def test_the_report_as_json_holds_what_was_done(project: Project) -> None:
    ran = project.run("apply", *SANDBOX, "--yes", "--json")
    document = ran.document
    assert (document["format_version"], document["kind"]) == (1, "apply")
    results = document["results"]
    assert isinstance(results, list)
    made = {result["name"]: result["voice"] for result in results}
    assert made == project.voices()
    assert {(result["action"], result["status"]) for result in results} == {("create", "done")}
    for result in results:
        assert (project.folder / result["preview"]).is_file()
    assert (document["spent"], document["stopped_by"]) == (0.6, 0)
    assert document["lockfile"] == "voiceops.sandbox.lock"


def test_the_same_input_gives_the_same_bytes(project: Project) -> None:
    """But for the time at which the plan was made, which is input, too."""
    first, second = (project.run("plan", *SANDBOX, "--json").out for _ in range(2))
    made = re.compile(r'"made": "[^"]+"')
    assert made.sub("", first) == made.sub("", second)
    assert len(made.findall(first)) == 1


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (["--only", "*e*"], ["wetter", "xinwen"]),
        (["--only", "anchor", "--only", "xinwen"], ["anchor", "xinwen"]),
        (["--only", "*", "--exclude", "anchor"], ["wetter", "xinwen"]),
        (["--only", "nobody"], []),
    ],
)
def test_a_selection_limits_the_apply(
    project: Project, selection: list[str], names: list[str]
) -> None:
    ran = project.run("apply", *SANDBOX, "--yes", *selection)
    assert ran.code == 0
    assert list(project.voices()) == names


def test_the_next_command_repeats_the_options(project: Project) -> None:
    options = ["--only", "*_b", "--deletes-first", "--parallelism", "2"]
    project.edit("  anchor:", "  a_b:")
    ran = project.run("plan", *SANDBOX, "--only", "a*", *options)
    wanted = "--only 'a*' --only '*_b' --deletes-first --parallelism 2"
    assert ran.out.splitlines()[-1] == f"Next: voiceops apply --env sandbox {wanted}"


def test_after_the_command_env_and_folder_win(project: Project, tmp_path: Path) -> None:
    words = ["--env", "nowhere", "-C", "/nowhere", "plan", *SANDBOX, "-C", str(project.folder)]
    ran = project.run(*words, cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert f"Next: voiceops apply --env sandbox -C {project.folder}" in ran.out


def test_the_sandbox_forgets_everything_when_it_is_reset(project: Project) -> None:
    project.run("apply", *SANDBOX, "--yes")
    assert project.run("sandbox", "reset").out == (
        "The sandbox is empty.\n"
        "Next: rm voiceops.sandbox.lock  (it names voices that are no more)\n"
    )
    (project.folder / "voiceops.sandbox.lock").unlink()
    assert project.run("plan", *SANDBOX).out.splitlines()[-2] == "Plan: 3 to create, 0 unchanged."
    assert project.run("list", *SANDBOX, "--json").document["voices"] == []


def test_what_was_paid_for_and_not_recorded_is_planned_and_adopted(remote: Project) -> None:
    assert remote.run("apply", "--yes").code == 0
    entries = remote.lockfile.read_text(encoding="utf-8").replace("\n", " ")
    remote.lockfile.with_name("voiceops.lock.emergency.jsonl").write_text(f"{entries}\n", "utf-8")
    voices = remote.voices()
    remote.lockfile.unlink()
    planned = remote.run("plan").out
    assert "< adopt    anchor  it was paid for and not recorded; free of charge" in planned
    assert f"    voice         {voices['anchor']}\n" in planned
    ran = remote.run("apply", "--yes")
    told = (
        f"ok        adopted anchor  {voices['anchor']}  about 0.2 USD was spent on it, by a create"
    )
    assert told in ran.err
    assert "Listen to .voiceops/default/previews/anchor" in ran.out
    assert ran.out.endswith("3 adopted. The names are in voiceops.lock.\n")
    assert remote.voices() == voices


@pytest.mark.parametrize("words", [(), ("sandbox",)])
def test_without_a_command_the_help_is_shown(project: Project, words: tuple[str, ...]) -> None:
    ran = project.run(*words)
    assert (ran.code, ran.out) == (64, "")
    assert "\nCommands:\n" in ran.err


def test_an_argument_that_is_missing_is_named_in_one_line(project: Project) -> None:
    ran = project.run("schema")
    assert ran.code == 64
    assert "Choose from: manifest, config, plan," in ran.err.splitlines()[0]
