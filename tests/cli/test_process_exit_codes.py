"""Each exit code, reached for its real cause at a service that misbehaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cli_process import KEY, MANIFEST, NAMES, SETTINGS, Project, Ran
from cli_service import Action, Reply, Service, delete_elsewhere


def refuse(action: str, reply: Reply, *, name: str = "") -> Callable[[Action], Reply | None]:
    """Refuse one kind of request, or that for one name."""

    def decide(asked: Action) -> Reply | None:
        is_it = asked["action"] == action and name in ("", asked.get("preferred_name"))
        return reply if is_it else None

    return decide


def error(status: int, code: str, message: str) -> Reply:
    return status, {"code": code, "message": message, "request_id": "r-1"}


INSPECTED = error(400, "DataInspectionFailed", "Input data may contain inappropriate content.")
WRONG_KEY = error(401, "InvalidApiKey", f"Invalid API-key provided: {KEY}")
XINWEN = MANIFEST[MANIFEST.index("  xinwen:") :]


def test_a_whole_apply_at_a_real_port_is_0(remote: Project, service: Service) -> None:
    ran = remote.run("apply", "--yes")
    assert ran.code == 0
    assert tuple(remote.voices()) == NAMES
    assert sorted(service.creates) == list(NAMES)
    assert set(remote.voices().values()) == {bill.voice for bill in service.sandbox.list_bills()}


def test_one_refused_create_is_4_and_the_others_are_kept(remote: Project, service: Service) -> None:
    service.refuse = refuse("create", INSPECTED, name="wetter")
    ran = remote.run("apply", "--yes")
    assert ran.code == 4
    assert "DataInspectionFailed" in ran.out
    assert "Apply: 2 created, 1 failed." in ran.out
    assert tuple(remote.voices()) == ("anchor", "xinwen")
    service.refuse = lambda action: None
    assert remote.run("apply", "--yes").code == 0
    assert sorted(service.creates) == ["anchor", "wetter", "wetter", "xinwen"]


def test_all_creates_refused_is_1(remote: Project, service: Service) -> None:
    service.refuse = refuse("create", INSPECTED)
    ran = remote.run("apply", "--yes")
    assert ran.code == 1
    assert "Apply: 3 failed." in ran.out
    assert not remote.lockfile.exists()


def test_a_wrong_key_at_the_create_stops_the_others(remote: Project, service: Service) -> None:
    service.refuse = refuse("create", WRONG_KEY)
    ran = remote.run("apply", "--yes", "--parallelism", "1")
    assert ran.code == 1
    assert service.creates == ["anchor"]
    assert "Apply: 1 failed, 2 not tried." in ran.out


def test_an_unknown_outcome_is_4_and_is_paid_once(remote: Project, service: Service) -> None:
    settings = SETTINGS.replace("settle_s: 1\n", "settle_s: 60\n")  # until the plan has looked
    (remote.folder / "voiceops.yaml").write_text(settings, encoding="utf-8")
    hide = forget("wetter")

    def lose(action: Action, document: dict[str, object]) -> None:
        hide(action, document)
        if action.get("preferred_name") == "wetter":
            document.clear()

    service.distort = lose
    ran = remote.run("apply", "--yes", "--no-settle")
    assert ran.code == 4
    assert "Apply: 2 created, 1 unknown." in ran.out
    assert tuple(remote.voices()) == ("anchor", "xinwen")
    pending = remote.run("plan", "--detailed-exitcode", "--json")
    assert (pending.code, changes_of(pending)) == (2, [("settle", "pending", "wetter")])
    service.distort = lambda action, document: None
    assert remote.run("apply", "--yes").code == 0
    assert sorted(service.creates) == list(NAMES)
    assert set(remote.voices().values()) == {bill.voice for bill in service.sandbox.list_bills()}


@pytest.mark.parametrize(
    ("reply", "commands"),
    [
        (WRONG_KEY, [["plan"], ["plan", "--json"], ["apply", "--yes"], ["drift"], ["list"]]),
        (error(403, "AccessDenied", f"Access denied for {KEY}."), [["apply", "--yes"]]),
        (error(404, "ModelNotFound", "Model can not be found."), [["apply", "--yes"]]),
        ((200, {"code": "InvalidParameter", "message": "Model not exist."}), [["apply", "--yes"]]),
    ],
)
def test_a_refused_listing_is_1_and_changes_nothing(
    remote: Project, service: Service, reply: Reply, commands: list[list[str]]
) -> None:
    service.refuse = refuse("list", reply)
    for command in commands:
        ran = remote.run(*command)
        said = "" if "--json" not in command else ran.document["kind"]
        assert (ran.code, said or ran.out) == (1, said), command
        assert ran.err.startswith("error: list: ")
        assert str(reply[1]["code"]) in ran.err
    assert not remote.lockfile.exists()
    assert service.creates == []


@pytest.mark.parametrize("stdin", ["", "y\n"])
def test_without_a_terminal_apply_is_3_and_names_the_flag(project: Project, stdin: str) -> None:
    ran = project.run("apply", "--env", "sandbox", stdin=stdin)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.endswith(
        "error: nothing was done: there is no terminal to ask on\n"
        "  hint: add --yes to apply without being asked\n"
    )
    assert not project.lockfile.exists()


def test_a_protected_voice_is_3_whatever_the_flags(project: Project) -> None:
    project.edit("  anchor:\n", "  anchor:\n    protect: true\n")
    project.run("apply", "--env", "sandbox", "--yes")
    locked = project.lockfile.read_bytes()
    project.edit("a deep voice", "a hoarse voice")
    words = ["--env", "sandbox", "--allow-deletes", "9"]
    assert project.run("apply", *words, "--yes").code == 3
    assert project.run("plan", *words, "--detailed-exitcode").code == 3
    assert project.lockfile.read_bytes() == locked


def test_more_than_max_cost_is_3(project: Project) -> None:
    settings = project.folder / "voiceops.yaml"
    settings.write_text("version: 1\nmax_cost: 0.3\n", encoding="utf-8")
    assert project.run("apply", "--env", "sandbox", "--yes").code == 3
    selected = project.run("apply", "--env", "sandbox", "--yes", "--only", "anchor")
    assert selected.code == 0


def test_drift_is_2_for_a_voice_that_somebody_deleted(remote: Project, service: Service) -> None:
    (remote.folder / "voiceops.yaml").write_text("version: 1\nsettle_s: 0\n", encoding="utf-8")
    remote.run("apply", "--yes", "--only", "anchor", "--only", "wetter")
    remote.edit(XINWEN, "")
    assert remote.run("drift").code == 0
    gone = remote.voices()["anchor"]
    delete_elsewhere(service.sandbox, gone)
    ran = remote.run("drift", "--json")
    assert ran.code == 2
    drift = ran.document["drift"]
    assert isinstance(drift, list)
    assert [(row["name"], row["voice"], row["kind"]) for row in drift] == [("anchor", gone, "lost")]


def changes_of(ran: Ran) -> list[tuple[str, str, str]]:
    changes = ran.document["changes"]
    assert isinstance(changes, list)
    return [(change["action"], change["reason"], change["name"]) for change in changes]


def forget(name: str) -> Callable[[Action, dict[str, object]], None]:
    """Leave the voices of a name out of what is listed."""

    def distort(action: Action, document: dict[str, object]) -> None:
        output = document.get("output")
        if action["action"] != "list" or not isinstance(output, dict):
            return
        kept = [v for v in output["voice_list"] if f"-{name}-" not in v["voice"]]
        output["voice_list"], output["total_count"] = kept, len(kept)

    return distort
