"""Signals while a create is in flight: its reply is waited for, nothing further is sent."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from cli_process import TIME_LIMIT_S, Process, Project
from cli_service import Service
from optional import needs_linux

# One at a time, so that it is certain what is in flight and what is not sent yet.
APPLY = ("apply", "--yes", "--parallelism", "1")
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
if hasattr(signal, "SIGHUP"):
    SIGNALS.append((signal.SIGHUP, 129))


def read_until(process: Process, text: bytes) -> bytes:
    """Read stderr up to the line that holds `text`."""
    assert process.stderr is not None
    read = b""
    while text not in read:
        line = process.stderr.readline()
        assert line, f"{text!r} never came: {read!r}"
        read += line
    return read


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("is_executed", [False, True], ids=["before_server", "after_server"])
def test_after_a_signal_the_reply_is_recorded_and_nothing_more_is_sent(
    remote: Project, service: Service, number: signal.Signals, code: int, is_executed: bool
) -> None:
    (service.may_reply if is_executed else service.may_create).clear()
    with remote.start(*APPLY) as process:
        assert (service.create_done if is_executed else service.create_came).wait(TIME_LIMIT_S)
        process.send_signal(number)
        said = read_until(process, b"nothing more is sent")
        assert process.poll() is None
        service.release()
        out, err = process.communicate(timeout=TIME_LIMIT_S)
    ran = remote.check(process.returncode, out, said + err)
    assert ran.code == code
    assert f"{number.name}: nothing more is sent; waiting for anchor; once more to" in ran.err
    assert "Apply: 1 created, 2 not tried." in ran.out
    assert service.creates == ["anchor"]
    assert list(remote.voices().values()) == [bill.voice for bill in service.sandbox.list_bills()]
    assert remote.run("apply", "--yes").code == 0
    assert len(service.sandbox.list_bills()) == 3


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_second_signal_leaves_at_once_and_the_voice_is_paid_once(
    remote: Project, service: Service, number: signal.Signals, code: int
) -> None:
    service.may_reply.clear()
    with remote.start(*APPLY) as process:
        assert service.create_done.wait(TIME_LIMIT_S)
        process.send_signal(number)
        said = read_until(process, b"nothing more is sent")
        process.send_signal(number)
        out, err = process.communicate(timeout=TIME_LIMIT_S)
    ran = remote.check(process.returncode, out, said + err)
    assert (ran.code, ran.out) == (code, "")
    assert "leaving now" in ran.err
    assert remote.voices() == {}
    service.release()
    again = remote.run("apply", "--yes")
    assert again.code == 0
    assert sorted(service.creates) == ["anchor", "wetter", "xinwen"]
    billed = {bill.voice for bill in service.sandbox.list_bills()}
    assert set(remote.voices().values()) == billed
    assert len(billed) == 3


@pytest.mark.parametrize(("number", "code"), SIGNALS[1:])
def test_but_for_ctrl_c_a_reply_that_never_comes_is_not_waited_for(
    remote: Project, service: Service, number: signal.Signals, code: int
) -> None:
    service.may_reply.clear()
    with remote.start(*APPLY) as process:
        assert service.create_done.wait(TIME_LIMIT_S)
        process.send_signal(number)
        out, err = process.communicate(timeout=TIME_LIMIT_S)
    ran = remote.check(process.returncode, out, err)
    assert ran.code == code
    assert "leaving now" in ran.err
    assert not service.may_reply.is_set()
    assert list(remote.files()).count(".voiceops/default/journal.jsonl") == 1


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_during_a_listing_does_nothing(
    remote: Project, service: Service, number: signal.Signals, code: int
) -> None:
    service.may_list.clear()
    with remote.start(*APPLY) as process:
        assert service.list_came.wait(TIME_LIMIT_S)
        process.send_signal(number)
        out, err = process.communicate(timeout=TIME_LIMIT_S)  # the listing is not waited for
    ran = remote.check(process.returncode, out, err)
    assert (ran.code, ran.out) == (code, "")
    assert "nothing was done: stopped" in ran.err
    assert service.creates == []
    assert remote.voices() == {}


@pytest.mark.parametrize(
    ("number", "code"),
    # What ends a process by itself, a shell calls 128 and its number.
    [(number, code if number == signal.SIGINT else -number) for number, code in SIGNALS],
)
def test_a_signal_ends_a_plan(
    remote: Project, service: Service, number: signal.Signals, code: int
) -> None:
    service.may_list.clear()
    with remote.start("plan") as process:
        assert service.list_came.wait(TIME_LIMIT_S)
        process.send_signal(number)
        out, err = process.communicate(timeout=TIME_LIMIT_S)
    ran = remote.check(process.returncode, out, err)
    assert (ran.code, ran.out) == (code, "")


@needs_linux
def test_nohup_keeps_an_apply_going(remote: Project, service: Service) -> None:
    service.may_create.clear()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a process inherits what is ignored
    try:
        process = remote.start(*APPLY)
    finally:
        signal.signal(signal.SIGHUP, before)
    with process:
        assert service.create_came.wait(TIME_LIMIT_S)
        process.send_signal(signal.SIGHUP)
        service.release()
        out, err = process.communicate(timeout=TIME_LIMIT_S)
    assert remote.check(process.returncode, out, err).code == 0
    assert len(remote.voices()) == 3


@needs_linux  # threads are looked at in /proc
@pytest.mark.parametrize("words", [("plan",), APPLY], ids=["plan", "apply"])
def test_no_thread_but_the_main_one_can_get_a_signal(
    remote: Project, service: Service, words: tuple[str, ...]
) -> None:
    """One that another thread gets is answered only when the main one wakes up."""
    (service.may_list if words == ("plan",) else service.may_create).clear()
    with remote.start(*words) as process:
        came = service.list_came if words == ("plan",) else service.create_came
        assert came.wait(TIME_LIMIT_S)
        heard = find_threads_with_signals(process.pid)
        service.release()
        process.communicate(timeout=TIME_LIMIT_S)
    assert heard == {process.pid: True, **dict.fromkeys(set(heard) - {process.pid}, False)}
    assert len(heard) > 1


def find_threads_with_signals(process_id: int) -> dict[int, bool]:
    """Tell for each thread of a process whether it gets a signal that stops us."""
    signals = sum(1 << (number - 1) for number, _ in SIGNALS)
    heard = {}
    for status in Path(f"/proc/{process_id}/task").glob("*/status"):
        lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines())
        heard[int(status.parent.name)] = int(lines["SigBlk"], 16) & signals != signals
    return heard
