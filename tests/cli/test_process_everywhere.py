"""`--all-environments`: side by side, each for itself, and the worst exit code wins."""

from __future__ import annotations

import json
import signal
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_process import TIME_LIMIT_S, Project
from cli_service import Action, Reply, Service

from voiceops.core.forms import ACCOUNT_ZONE

SETTINGS = """\
version: 1
requests_per_minute: 6000
settle_s: 1
environments:
  east: {endpoint: sandbox}
  north: {api_key: DASHSCOPE_API_KEY_NORTH}
  south: {endpoint: sandbox, manifests: [other/**/*.yaml], lockfile: locks/south.lock}
  west: {endpoint: sandbox, max_cost: 0.1}
"""
OTHER = "other/voices.yaml"


@pytest.fixture
def many(project: Project) -> Project:
    """Give a project with four environments: one has no key, one may not pay."""
    (project.folder / "voiceops.yaml").write_text(SETTINGS, encoding="utf-8")
    other = project.folder / OTHER
    other.parent.mkdir()
    text = project.manifest.read_text(encoding="utf-8")
    other.write_text(text.replace("anchor", "sailor"), encoding="utf-8")
    (project.folder / "locks").mkdir()
    return project


def codes(printed: str) -> dict[str, int]:
    """Read the summary: each environment's exit code."""
    lines = [line.split() for line in printed.splitlines() if "  exit " in line]
    return {words[0]: int(words[2]) for words in lines}


def test_each_is_planned_and_the_worst_exit_code_wins(many: Project) -> None:
    ran = many.run("plan", "--all-environments", "--detailed-exitcode")
    assert ran.code == 1
    assert codes(ran.out) == {"east": 2, "north": 1, "south": 2, "west": 3}
    assert ran.out.splitlines()[-5:] == [
        "east   exit 2    Plan: 3 to create, 0 unchanged",
        "north  exit 1    DASHSCOPE_API_KEY_NORTH is not set; put the API key of the endpoint's "
        "region into DASHSCOPE_API_KEY_NORTH",
        "south  exit 2    Plan: 3 to create, 0 unchanged",
        "west   exit 3    Plan: 3 to create, 0 unchanged",
        "4 environments, 0 of them with exit code 0.",
    ]
    heads = [line for line in ran.out.splitlines() if line.startswith("environment ")]
    assert heads == [f"environment {name}, at sandbox" for name in ("east", "south", "west")]
    assert "Next: voiceops apply --env east\n" in ran.out
    assert "+ create   sailor" in ran.out


def test_what_one_prints_is_what_it_prints_alone(many: Project) -> None:
    alone = many.run("plan", "--env", "south")
    assert alone.code == 0
    assert alone.out in many.run("plan", "--all-environments").out


def test_each_is_applied_for_itself(many: Project) -> None:
    ran = many.run("apply", "--all-environments", "--yes")
    assert (ran.code, codes(ran.out)) == (1, {"east": 0, "north": 1, "south": 0, "west": 3})
    locked = {
        path: sorted(json.loads((many.folder / path).read_bytes())["voices"])
        for path in ("voiceops.east.lock", "locks/south.lock")
    }
    assert locked == {
        "voiceops.east.lock": ["anchor", "wetter", "xinwen"],
        "locks/south.lock": ["sailor", "wetter", "xinwen"],
    }
    assert not (many.folder / "voiceops.west.lock").exists()
    assert "south: ok        created sailor" in ran.err
    for name in ("east", "south"):
        ledger = many.run("sandbox", "ledger", "--env", name)
        assert ledger.out.endswith("Ledger: 0.6 USD for 3 voices; 0 characters spoken.\n")
    again = many.run("apply", "--all-environments", "--yes")
    assert codes(again.out) == {"east": 0, "north": 1, "south": 0, "west": 3}
    assert again.out.count("Nothing to do.") == 2


def test_as_json_it_is_one_object_by_name(many: Project) -> None:
    ran = many.run("drift", "--all-environments", "--json")
    assert ran.code == 1
    assert {name: document["kind"] for name, document in ran.document.items()} == {  # type: ignore[index]
        "east": "plan",
        "north": "failure",
        "south": "plan",
        "west": "plan",
    }
    assert codes(ran.err) == {"east": 2, "north": 1, "south": 2, "west": 2}


def test_each_document_has_a_file_of_its_own(many: Project) -> None:
    many.run("plan", "--all-environments", "-o", "plan.json")
    saved = {path.name: json.loads(path.read_bytes()) for path in many.folder.glob("plan*")}
    assert {name: document["kind"] for name, document in saved.items()} == {
        "plan.east.json": "plan",
        "plan.north.json": "failure",
        "plan.south.json": "plan",
        "plan.west.json": "plan",
    }
    ran = many.run("apply", "plan.south.json")
    assert ran.code == 0
    assert "created sailor" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["plan", "--env", "east"], 64, "error: --env and --all-environments exclude each other"),
        (["apply"], 3, "nothing was done: plans for several environments are not asked about"),
        (["apply", "plan.json", "--yes"], 64, "error: a saved plan is for one environment"),
    ],
)
def test_what_makes_no_sense_is_refused(
    many: Project, words: list[str], code: int, told: str
) -> None:
    ran = many.run(*words, "--all-environments")
    assert ran.code == code
    assert told in ran.err
    assert not list(many.folder.glob("**/*.lock"))


def test_faults_of_the_settings_stop_all_of_them(many: Project) -> None:
    (many.folder / "voiceops.yaml").write_text("environments: []\n", encoding="utf-8")
    ran = many.run("plan", "--all-environments")
    assert (ran.code, ran.out) == (1, "")


def test_without_settings_there_is_one(remote: Project) -> None:
    ran = remote.run("plan", "--all-environments")
    assert codes(ran.out) == {"default": 0}
    assert ran.out.endswith("1 environment, 1 of them with exit code 0.\n")


@pytest.fixture
def pair(remote: Project) -> Project:
    """Give a project with two environments in the account of `service`, with voices each."""
    settings = "version: 1\nrequests_per_minute: 6000\nenvironments: {a: {}, b: {manifests: [b/*]}}"
    (remote.folder / "voiceops.yaml").write_text(settings, encoding="utf-8")
    other = remote.folder / "b" / "voices.yaml"
    other.parent.mkdir()
    text = remote.manifest.read_text(encoding="utf-8")
    for name in ("anchor", "wetter", "xinwen"):
        text = text.replace(name, f"b_{name}")
    other.write_text(text, encoding="utf-8")
    return remote


def test_they_run_side_by_side(pair: Project, service: Service) -> None:
    meeting = threading.Barrier(2)

    def meet(action: Action) -> Reply | None:
        if action["action"] == "list":
            meeting.wait(TIME_LIMIT_S)
        return None

    service.refuse = meet
    ran = pair.run("plan", "--all-environments", "--parallelism", "2")
    assert codes(ran.out) == {"a": 0, "b": 0}


def test_one_after_the_other_if_that_is_asked_for(pair: Project, service: Service) -> None:
    ran = pair.run("apply", "--all-environments", "--yes", "--parallelism", "1")
    assert ran.code == 0
    assert service.creates == ["anchor", "wetter", "xinwen", "b_anchor", "b_wetter", "b_xinwen"]


def test_a_signal_stops_all_of_them_and_loses_nothing(pair: Project, service: Service) -> None:
    service.may_create.clear()
    process = pair.start("apply", "--all-environments", "--yes", "--parallelism", "2")
    assert service.create_came.wait(TIME_LIMIT_S)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    said = b""
    while b"nothing more is sent" not in said:
        said += process.stderr.readline()
    service.may_create.set()
    out, err = process.communicate(timeout=TIME_LIMIT_S)
    ran = pair.check(process.returncode, out, said + err)
    assert ran.code == 130
    paid = len(service.creates)
    assert paid < 6
    assert pair.run("apply", "--all-environments", "--yes").code == 0
    assert len(service.creates) == len(set(service.creates)) == 6
    assert sorted(path.name for path in Path(pair.folder).glob("*.lock")) == [
        "voiceops.a.lock",
        "voiceops.b.lock",
    ]


def test_ctrl_c_does_not_wait_for_what_only_reads(pair: Project, service: Service) -> None:
    service.may_list.clear()
    with pair.start("plan", "--all-environments") as process:
        assert service.list_came.wait(TIME_LIMIT_S)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIME_LIMIT_S)
        assert not service.may_list.is_set()
    assert (process.returncode, out, err.strip()) == (130, b"", b"stopped")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_apply_that_only_looks_everywhere_leaves_at_once(
    pair: Project, service: Service, number: signal.Signals, code: int
) -> None:
    service.may_list.clear()
    with pair.start("apply", "--all-environments", "--yes", "--parallelism", "2") as process:
        while len(service.actions) < 2:
            assert process.poll() is None
        process.send_signal(number)
        out, err = process.communicate(timeout=TIME_LIMIT_S)
        assert not service.may_list.is_set()
    assert (process.returncode, out) == (code, b"")
    assert err.decode().strip() == f"{number.name}: nothing was sent"
    service.release()
    assert pair.run("apply", "--all-environments", "--yes").code == 0
    assert len(service.creates) == 6


def test_nothing_unmanaged_is_deleted_while_a_lockfile_is_missing(
    pair: Project, service: Service
) -> None:
    settings = pair.folder / "voiceops.yaml"
    text = settings.read_text(encoding="utf-8")
    more = "version: 1\nsettle_s: 1\norphans: delete\n"
    settings.write_text(text.replace("version: 1\n", more), encoding="utf-8")
    assert pair.run("apply", "--all-environments", "--yes").code == 0
    (pair.folder / "voiceops.b.lock").unlink()
    wait_until_settled(service)
    ran = pair.run("apply", "--all-environments", "--yes", "--parallelism", "1")
    assert ran.code == 0, ran.err
    assert "voiceops.b.lock:1:1: there is no such lockfile" in ran.err
    assert len(service.sandbox.list_bills()) == len(service.creates) == 6
    assert [action["action"] for action in service.actions].count("delete") == 0


def wait_until_settled(service: Service) -> None:
    """Return when the youngest voice is older than the settings' `settle_s`, by its own stamp."""
    stamps = [bill.voice.split("-")[5] for bill in service.sandbox.list_bills()]
    made = datetime.strptime(max(stamps), "%Y%m%d%H%M%S%f").replace(tzinfo=ACCOUNT_ZONE)
    while datetime.now(UTC) < made + timedelta(seconds=1.1):
        pass
