"""Server-sent events, as the service writes them: one line of JSON an event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from voiceops.errors import ProtocolViolated
from voiceops.provider.transport.exchange import MIB

MAX_LINE_BYTES = 8 * MIB
_STATUS = re.compile(r":HTTP_STATUS/(\d{3})|status:\s*(\d{3})")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: whether it is an error, the status that came with it (0 for none), its data."""

    is_error: bool = False
    status: int = 0
    data: bytes = b""


def read_events(chunks: Iterable[bytes]) -> Iterator[ServerEvent]:
    """Read events from a body that comes in chunks, however it is cut.

    An event ends with its line of data: the service writes that last. What other lines say is
    ignored. Raises ProtocolViolated for a line of more than 8 MiB.
    """
    event = ServerEvent()
    for line in _read_lines(chunks):
        name, _, value = line.partition(b":")
        match name:
            case b"event":
                event = replace(event, is_error=value.strip() == b"error")
            case b"data":
                yield replace(event, data=value.strip())
                event = ServerEvent()
            case _:
                found = _STATUS.match(line.decode("utf-8", "replace"))
                if found:
                    event = replace(event, status=int(found[1] or found[2]))


def _read_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Read lines; a carriage return at the end of one is left to the reader of its value."""
    line = bytearray()
    for chunk in chunks:
        *ends, start = chunk.split(b"\n")
        for end in ends:
            yield bytes(line + end)
            line.clear()
        line += start
        if len(line) > MAX_LINE_BYTES:
            raise ProtocolViolated(f"say: a line of more than {MAX_LINE_BYTES:,} bytes came")
    if line:
        yield bytes(line)
