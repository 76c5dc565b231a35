"""A reply is believed only if it can be the answer to what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from machine import Machine, Maker

from voiceops.core.lock import Lock, LockEntry
from voiceops.core.result import Report, Status
from voiceops.files.lockfile.lockfile import dump_lock

Wire = tuple[int, Mapping[str, str], bytes]


class Replays:
    """A proxy that passes creates on, and answers them with a reply that it has kept."""

    def __init__(self, machine: Machine, voice: str) -> None:
        self.machine, self.voice = machine, voice

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        status, said, reply = self.machine.sandbox.answer(method, path, headers, body)
        if json.loads(body)["input"]["action"].startswith("create"):
            document = json.loads(reply)
            document["output"]["voice"] = self.voice
            reply = json.dumps(document).encode()
        return status, said, reply


def make(machine: Machine, name: str, prompt: str) -> str:
    made = machine.call(
        "create",
        target_model="qwen3-tts-vd-2026-01-26",
        voice_prompt=f"A {prompt} voice.",
        preview_text="Hello.",
        preferred_name=name,
        language="en",
    )
    return str(made["voice"])


def truth(machine: Machine) -> dict[str, str]:
    """Map the locked names to what their voices really are."""
    live = machine.live()
    return {name: live[entry.voice_id] for name, entry in machine.lock().voices.items()}


def test_a_reply_that_names_the_replaced_voice_is_not_believed(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    machine.apply()
    machine.declare({"ann": "high"})
    machine.strike(Replays(machine, machine.lock().voices["ann"].voice_id))
    report = machine.apply()
    assert isinstance(report, Report)
    assert truth(machine) == {"ann": "A high voice."}
    assert len(machine.sandbox.list_bills()) == 2
    assert machine.plan().unmanaged == ()


def test_a_reply_that_names_a_stranger_of_the_name_is_not_believed(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    machine.strike(Replays(machine, make(machine, "ann", "strange")))
    machine.apply()
    assert truth(machine) == {"ann": "A deep voice."}


def test_a_reply_that_names_a_voice_of_another_lockfile_is_not_believed(
    tmp_path: Path, make_machine: Maker
) -> None:
    """It is gone from the account, and the other environment does not know yet."""
    sibling = tmp_path / "voiceops.other.lock"
    machine = make_machine(tmp_path, siblings=(sibling,))
    other = make(machine, "ann", "strange")
    machine.call("delete", voice=other)
    sibling.write_bytes(dump_lock(Lock({"ann": LockEntry(other, "m", "en", "sha256:0")})))
    machine.declare({"ann": "deep"})
    machine.strike(Replays(machine, other))
    machine.apply()
    assert truth(machine) == {"ann": "A deep voice."}


@pytest.mark.parametrize("family", ["qwen"], indirect=True)  # the other has one case
def test_a_reply_that_names_a_voice_in_another_case_is_not_believed(machine: Machine) -> None:
    machine.declare({"Ann": "deep", "ann": "high"})
    creates: list[str] = []

    class Crossed:
        def answer(self, *request: object) -> Wire:
            status, headers, reply = machine.sandbox.answer(*request)  # type: ignore[arg-type]
            if json.loads(request[3])["input"]["action"].startswith("create"):  # type: ignore[call-overload]
                creates.append(json.loads(reply)["output"]["voice"])
                reply = reply.replace(creates[-1].encode(), creates[0].encode())
            return status, headers, reply

    machine.strike(Crossed())
    machine.apply()
    assert truth(machine) == {"Ann": "A deep voice.", "ann": "A high voice."}
    assert len(creates) == 2


@pytest.mark.parametrize("family", ["qwen"], indirect=True)  # the other has one case
def test_a_reply_that_names_a_new_voice_in_another_case_is_not_believed(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    others: list[str] = []

    class Crossed:
        def answer(self, *request: object) -> Wire:
            status, headers, reply = machine.sandbox.answer(*request)  # type: ignore[arg-type]
            asked = json.loads(request[3])["input"]  # type: ignore[call-overload]
            if asked.pop("action") == "create":
                made = json.loads(reply)["output"]["voice"]
                others.append(machine.call("create", **{**asked, "preferred_name": "ANN"})["voice"])
                reply = reply.replace(made.encode(), others[-1].encode())
            return status, headers, reply

    machine.strike(Crossed())
    machine.apply()
    (other,) = others
    assert other not in {entry.voice_id for entry in machine.lock().voices.values()}


@pytest.mark.parametrize("has_read", [True, False])
def test_an_echo_that_is_not_what_was_sent_is_told_at_once(
    machine: Machine, has_read: bool
) -> None:
    machine.declare({"ann": "deep"})

    class Rewrites:
        def answer(self, *request: object) -> Wire:
            status, headers, reply = machine.sandbox.answer(*request)  # type: ignore[arg-type]
            heard = reply.replace(b"A deep voice.", b"A deep, calm voice.") if has_read else reply
            return status, headers, heard

    machine.strike(Rewrites())
    report = machine.apply()
    assert isinstance(report, Report)
    (result,) = report.results
    assert result.status is Status.DONE
    says = "the service echoes another voice_prompt than was sent: listen to the voice"
    assert result.message == (says if has_read else "")
