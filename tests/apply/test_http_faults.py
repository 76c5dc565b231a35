"""Every odd reply to every action: what it costs, what is recorded, what the exit code says.

A cell is a reply (or none), whether the service had done the work before it, and the action that
it answers. The first request of that action is struck, all others are served.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx
import pytest
from machine import Machine

from voiceops.core.result import Report
from voiceops.errors import VoiceopsError

Wire = tuple[int, Mapping[str, str], bytes]


@dataclass(frozen=True)
class Odd:
    """An odd reply, or a broken connection, and what it proves about a create."""

    name: str
    proves: str  # not_executed, rejected, or nothing
    status: int = 0
    body: bytes = b""
    broken: type[httpx.TransportError] | None = None

    def reply(self) -> Wire:
        if self.broken is not None:
            raise self.broken("broken")
        return self.status, {"content-type": "application/json"}, self.body


def coded(status: int, code: str, proves: str, message: str = "no.") -> Odd:
    body = json.dumps({"request_id": "r", "code": code, "message": message}).encode()
    return Odd(f"{status} {code}", proves, status, body)


NOT_EXECUTED = [
    coded(429, "Throttling", "not_executed"),
    coded(429, "Throttling.RateQuota", "not_executed"),
    coded(429, "Throttling.BurstRate", "not_executed"),
    coded(429, "Throttling.AllocationQuota", "not_executed", "Allocated quota exceeded"),
    Odd("refused", "not_executed", broken=httpx.ConnectError),
    Odd("connect timeout", "not_executed", broken=httpx.ConnectTimeout),
]
REJECTED = [
    coded(400, "InvalidParameter", "rejected"),
    coded(400, "InvalidParameter", "rejected", "Model not exist."),
    coded(400, "DataInspectionFailed", "rejected"),
    coded(400, "IPInfringementSuspect", "rejected"),
    coded(400, "Arrearage", "rejected"),
    coded(400, "BadRequest.IllegalInput", "rejected"),
    coded(400, "Throttling.AllocationQuota", "rejected", "Maximum voice storage limit exceeded"),
    coded(401, "InvalidApiKey", "rejected"),
    coded(403, "AccessDenied", "rejected"),
    coded(403, "AccessDenied.Unpurchased", "rejected"),
    coded(403, "AllocationQuota.FreeTierOnly", "rejected"),
    coded(404, "ModelNotFound", "rejected"),
    coded(404, "WorkSpaceNotFound", "rejected"),
    coded(422, "Whatever", "rejected"),
    coded(429, "PostpaidBillOverdue", "rejected"),
    coded(429, "CommodityNotPurchased", "rejected"),
    Odd("400 openai", "rejected", 400, b'{"error": {"code": "invalid_value", "message": "no"}}'),
]
PROVES_NOTHING = [
    *(Odd(f"{status} empty", "nothing", status, b"") for status in (400, 404, 408, 409, 429)),
    *(Odd(f"{status} braces", "nothing", status, b"{}") for status in (400, 403, 408, 429)),
    *(
        Odd(f"{status} html", "nothing", status, b"<html>oops</html>")
        for status in (400, 429, 500, 502, 503, 504)
    ),
    coded(408, "RequestTimeOut", "nothing"),
    coded(500, "InternalError", "nothing"),
    coded(500, "InternalError.Algo", "nothing"),
    coded(503, "ModelUnavailable", "nothing"),
    coded(504, "Gateway", "nothing"),
    coded(200, "InvalidParameter", "nothing"),
    coded(200, "InternalError", "nothing"),
    *(Odd(f"{status} redirect", "nothing", status, b"") for status in (301, 302, 307, 308)),
    Odd("200 empty", "nothing", 200, b""),
    Odd("200 braces", "nothing", 200, b"{}"),
    Odd("200 list", "nothing", 200, b"[]"),
    Odd("200 garbage", "nothing", 200, b"\xff\x00{"),
    Odd("200 no output", "nothing", 200, b'{"output": null}'),
    Odd("200 no voice", "nothing", 200, b'{"output": {"target_model": "m"}}'),
    Odd("200 empty voice", "nothing", 200, b'{"output": {"voice": ""}}'),
    Odd("200 number voice", "nothing", 200, b'{"output": {"voice": 7}}'),
    Odd("200 path voice", "nothing", 200, b'{"output": {"voice": "../x"}}'),
    Odd("204", "nothing", 204, b""),
    Odd("read timeout", "nothing", broken=httpx.ReadTimeout),
    Odd("reset", "nothing", broken=httpx.ReadError),
    Odd("closed", "nothing", broken=httpx.RemoteProtocolError),
    Odd("write error", "nothing", broken=httpx.WriteError),
    Odd("write timeout", "nothing", broken=httpx.WriteTimeout),
]
ALL = [*NOT_EXECUTED, *REJECTED, *PROVES_NOTHING]


class Struck:
    """The service, one of whose replies is replaced; `sent` counts requests by action."""

    def __init__(self, machine: Machine, action: str, odd: Odd, *, is_done: bool) -> None:
        self.serve: Callable[..., Wire] = machine.sandbox.answer
        self.action, self.odd, self.is_done = action, odd, is_done
        self.sent: dict[str, int] = {}

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        action = json.loads(body)["input"]["action"].removesuffix("_voice")
        self.sent[action] = self.sent.get(action, 0) + 1
        if action != self.action or self.sent[action] > 1:
            return self.serve(method, path, headers, body)
        if self.is_done:
            self.serve(method, path, headers, body)
        return self.odd.reply()


def cells(action: str) -> list[tuple[Odd, bool]]:
    """List the odd replies to an action; what proves nothing comes before and after the work."""
    undone = [(odd, False) for odd in ALL]
    done = [(odd, True) for odd in PROVES_NOTHING]
    return [*undone, *done] if action in {"create", "delete"} else undone


def ids(cell: tuple[Odd, bool]) -> str:
    odd, is_done = cell
    return f"{odd.name}{' after the work' if is_done else ''}"


def exit_code(outcome: Report | VoiceopsError | None) -> int:
    assert outcome is not None
    return int(outcome.exit_code)


def check_convergence(machine: Machine, *, bill: int) -> None:
    machine.converge()
    lock = machine.lock()
    live = machine.live()
    assert {entry.voice_id for entry in lock.voices.values()} == set(live)
    assert len(machine.sandbox.list_bills()) == bill


@pytest.mark.parametrize("cell", cells("create"), ids=ids)
def test_create(machine: Machine, cell: tuple[Odd, bool]) -> None:
    odd, is_done = cell
    machine.declare({"announcer": "deep"})
    struck = machine.strike(Struck(machine, "create", odd, is_done=is_done))
    outcome = machine.apply()
    sent, code = struck.sent["create"], exit_code(outcome)
    bill, names = len(machine.sandbox.list_bills()), set(machine.lock().voices)
    match odd.proves, is_done:
        case "not_executed", _:
            assert (sent, code, bill, names) == (2, 0, 1, {"announcer"})
        case "rejected", _:
            assert (sent, code, bill, names) == (1, 1, 0, set())
        case _, True:
            assert (sent, code, bill, names) == (1, 0, 1, {"announcer"})
        case _:
            assert (sent, code, bill, names) == (1, 1, 0, set())
    check_convergence(machine, bill=1)


@pytest.mark.parametrize("cell", cells("create"), ids=ids)
def test_replace(machine: Machine, cell: tuple[Odd, bool]) -> None:
    odd, is_done = cell
    machine.declare({"announcer": "deep", "weather": "slow"})
    assert exit_code(machine.apply()) == 0
    old = machine.lock()
    machine.wait(3600)
    machine.declare({"announcer": "high", "weather": "slow"})
    struck = machine.strike(Struck(machine, "create", odd, is_done=is_done))
    code = exit_code(machine.apply())
    is_made = odd.proves == "not_executed" or is_done
    assert struck.sent["create"] == (2 if odd.proves == "not_executed" else 1)
    assert struck.sent.get("delete", 0) == (1 if is_made else 0)
    assert code == (0 if is_made else 1)
    assert (machine.lock() == old) is not is_made
    check_convergence(machine, bill=3)


@pytest.mark.parametrize("cell", cells("delete"), ids=ids)
def test_delete(machine: Machine, cell: tuple[Odd, bool]) -> None:
    odd, is_done = cell
    machine.declare({"announcer": "deep", "weather": "slow"})
    assert exit_code(machine.apply()) == 0
    machine.wait(3600)
    machine.declare({"weather": "slow"})
    machine.strike(Struck(machine, "delete", odd, is_done=is_done))
    code = exit_code(machine.apply())
    assert code in {0, 1, 4}
    assert code != 0 or set(machine.lock().voices) == {"weather"}
    check_convergence(machine, bill=2)


@pytest.mark.parametrize("cell", cells("list"), ids=ids)
def test_list(machine: Machine, cell: tuple[Odd, bool]) -> None:
    """A listing that fails changes nothing; one that is tried again does what it says."""
    odd, _ = cell
    machine.declare({"announcer": "deep", "weather": "slow"})
    assert exit_code(machine.apply()) == 0
    machine.wait(3600)
    before = machine.lock()
    machine.declare({"announcer": "high"})
    struck = machine.strike(Struck(machine, "list", odd, is_done=False))
    code = exit_code(machine.apply())
    if code:
        assert (code, machine.lock()) == (1, before)
        assert set(struck.sent) == {"list"}
    check_convergence(machine, bill=3)


@pytest.mark.parametrize("cell", cells("query"), ids=ids)
def test_query(machine: Machine, cell: tuple[Odd, bool]) -> None:
    """A voice is only called gone if the service says so in its own words."""
    odd, _ = cell
    machine.declare({"announcer": "deep", "weather": "slow"})
    assert exit_code(machine.apply()) == 0
    machine.wait(3600)
    lost = machine.lock().voices["announcer"].voice_id
    machine.call("delete", voice=lost)
    struck = machine.strike(Struck(machine, "query", odd, is_done=False))
    code = exit_code(machine.apply())
    if code:
        assert "create" not in struck.sent
    check_convergence(machine, bill=3)


def test_the_table_is_as_large_as_it_says() -> None:
    assert sum(map(len, (cells(a) for a in ("create", "create", "delete", "list", "query")))) > 250
