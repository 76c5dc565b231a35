"""What goes in and out of the sandbox, whichever way it is reached."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voiceops.sandbox.script import Lost

# The sandbox's own bound: the longest valid request is some 30 kB.
MAX_BODY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """One request over HTTP; `path` bears neither host nor query, header names have any case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Give a header's value; empty if the request does not have it."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply over HTTP; whoever carries it drops the connection where it is `lost`."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    lost: Lost | None = None
    request_id: str = ""


def make_reply(status: int, document: Mapping[str, object]) -> Reply:
    """Write a document as the body of a reply; its keys keep their order."""
    request_id = document.get("request_id")
    return Reply(
        status,
        {"Content-Type": "application/json"},
        dump(document).encode(),
        request_id=request_id if isinstance(request_id, str) else "",
    )


def make_event_reply(events: Iterable[Mapping[str, object]], *, request_id: str) -> Reply:
    """Write documents as the events of a streamed reply, numbered from 1."""
    body = "".join(
        f"id:{number}\nevent:result\n:HTTP_STATUS/200\ndata:{dump(event)}\n\n"
        for number, event in enumerate(events, 1)
    )
    headers = {"Content-Type": "text/event-stream;charset=UTF-8"}
    return Reply(200, headers, body.encode(), request_id=request_id)


def dump(document: Mapping[str, object]) -> str:
    """Write a document as JSON on one line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
