"""Let requests meet the faults of a script."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from voiceops.sandbox.messages import Reply, make_reply
from voiceops.sandbox.script import Body, Fault, OddReply, Operation


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request is about: the operation, and the voice's name or preferred name, if any."""

    operation: Operation
    names: tuple[str, ...] = ()


NO_FAULT = Fault(Operation.ANY)


class Faults:
    """The faults of a script, and how often each was met; threads may share it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self._faults = faults
        self._met = [0] * len(faults)
        self._mutex = threading.Lock()

    def meet(self, subject: Subject) -> Fault:
        """Find the first fault that strikes a request; NO_FAULT, which does nothing, if none."""
        with self._mutex:
            for number, fault in enumerate(self._faults):
                if not _concerns(fault, subject):
                    continue
                self._met[number] += 1
                struck = self._met[number] - fault.skip
                if struck > 0 and (fault.times is None or struck <= fault.times):
                    return fault
        return NO_FAULT


def spoil(reply: Reply, fault: Fault) -> Reply:
    """Put the odd reply in the place of the right one, and lose what is to be lost."""
    spoilt = _make_odd(fault.reply, reply) if fault.reply else reply
    return replace(spoilt, lost=fault.lost)


def _concerns(fault: Fault, subject: Subject) -> bool:
    if fault.on not in {Operation.ANY, subject.operation}:
        return False
    return fault.name == "*" or any(fnmatchcase(name, fault.name) for name in subject.names)


def _make_odd(odd: OddReply, right: Reply) -> Reply:
    headers = {} if odd.retry_after_s is None else {"Retry-After": str(odd.retry_after_s)}
    match odd.body:
        case Body.EMPTY:
            return Reply(odd.status, {**headers, "Content-Type": "application/json"}, b"{}")
        case Body.NOTHING:
            return Reply(odd.status, headers, b"")
        case Body.HTML:
            page = b"<html><body><h1>Bad Gateway</h1></body></html>"
            return Reply(odd.status, {**headers, "Content-Type": "text/html"}, page)
        case Body.JSON:
            document = {"code": odd.code, "message": odd.message, "request_id": right.request_id}
            reply = make_reply(odd.status, document)
            return replace(reply, headers={**reply.headers, **headers})
