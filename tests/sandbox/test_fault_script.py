"""What a person may write into a fault script, and what becomes of it."""

from __future__ import annotations

import pytest

from voiceops.cli.fault_script import read_script
from voiceops.errors import FilesInvalid
from voiceops.sandbox.script import (
    PLAIN,
    Behaviour,
    Body,
    EnrollmentCreate,
    EnrollmentList,
    Family,
)


def read(folder, text):
    path = folder / "faults.yaml"
    path.write_text(text, encoding="utf-8")
    return read_script(path)


@pytest.mark.parametrize(
    ("written", "behaviour"),
    [
        ("", PLAIN.behaviour),
        ("retired: true", Behaviour(retired=True)),
        ("retired: false", Behaviour()),
        ("retired: qwen", Behaviour(retired=Family.QWEN)),
        ("retired: cosyvoice", Behaviour(retired=Family.COSYVOICE)),
        ("enrollment_quota: 0", Behaviour(enrollment_quota=0)),
        ("enrollment_list: counted", Behaviour(enrollment_list=EnrollmentList.COUNTED)),
        (
            "enrollment_create: without_model",
            Behaviour(enrollment_create=EnrollmentCreate.WITHOUT_MODEL),
        ),
        ("deploying_s: 6", Behaviour(deploying_s=6)),
        ("refuse_word: celebrity", Behaviour(refuse_word="celebrity")),
        ("clones: 7", Behaviour(clones=7)),
    ],
)
def test_a_behaviour_is_read(tmp_path, written, behaviour):
    script = read(tmp_path, f"behaviour:\n  {written}\n" if written else "version: 1\n")
    assert script.behaviour == behaviour


def test_a_reply_may_have_no_body_at_all(tmp_path):
    script = read(tmp_path, "faults: [{on: create, reply: {status: 400, body: nothing}}]\n")
    assert script.faults[0].reply.body is Body.NOTHING


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        (
            "retired: cosyvoce",
            "retired is neither true nor false, nor a family",
            "did you mean cosyvoice?",
        ),
        (
            "retired: 1",
            "retired is neither true nor false, nor a family",
            "write one of true, false, qwen, cosyvoice",
        ),
        (
            "enrollment_list: short",
            "enrollment_list is 'short', which it cannot be",
            "write 'documented' or 'counted'",
        ),
        (
            "enrolment_list: counted",
            "unknown key 'enrolment_list'",
            "did you mean enrollment_list?",
        ),
        ("deploying_s: -1", "deploying_s is -1; it must be at least 0", "write a larger number"),
        (
            "deploying_s: 86401",
            "deploying_s is 86401; it must be at most 86,400",
            "write a smaller number",
        ),
        ("clones: many", "clones must be a whole number, not text", None),
        ("refuse_word: [a]", "refuse_word must be text, not a list", None),
    ],
)
def test_a_faulty_behaviour_is_refused_with_a_way_out(tmp_path, written, message, hint):
    with pytest.raises(FilesInvalid) as caught:
        read(tmp_path, f"behaviour:\n  {written}\n")
    (fault,) = caught.value.faults
    assert fault.place.line == 2
    assert fault.message == message
    assert hint in {None, fault.hint}
