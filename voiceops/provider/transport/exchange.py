"""What goes over the wire and what comes back, before anybody understands it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from voiceops.errors import ServiceError

# Method, path, headers and body of a request; status, headers and body of the reply.
Handler = Callable[[str, str, Mapping[str, str], bytes], tuple[int, Mapping[str, str], bytes]]

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `label` names it in messages, and the limits are for the whole exchange.

    A fresh call has a connection of its own.
    """

    label: str
    document: Mapping[str, object]
    time_limit_s: float = 30
    size_limit_bytes: int = 8 * MIB
    is_fresh: bool = False


@dataclass(frozen=True, slots=True)
class WireReply:
    """What came back; `retry_after` and `date` are headers as they were sent, empty without one.

    `tls` is the version of the protocol that it came over, empty if it was none.
    """

    status: int
    body: bytes
    retry_after: str = ""
    date: str = ""
    tls: str = ""


class ReplyLost(ServiceError):
    """The request may have been sent, and no whole reply came back."""
