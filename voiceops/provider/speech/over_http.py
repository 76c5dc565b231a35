"""Speech over HTTP: a request for each part, its audio streamed as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from voiceops.errors import ProtocolViolated, Unreachable
from voiceops.provider.quote import quote_text
from voiceops.provider.speech.pieces import (
    LABEL,
    Piece,
    Utterance,
    decode_audio,
    find_limit_s,
    read_characters,
    take_reply,
)
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.exchange import MIB, ReplyLost
from voiceops.provider.transport.in_process import InProcess
from voiceops.provider.transport.proxy import find_proxy
from voiceops.provider.transport.sse import ServerEvent, read_events
from voiceops.provider.transport.trust import trust_for

CONNECT_LIMIT_S = 10.0
SILENCE_LIMIT_S = 30.0
MAX_REPLY_BYTES = 8 * MIB
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
_CHECK_HINT = "check the network, the endpoint and the proxy settings"


# The path of a request for one part, and its body.
Ask = Callable[[Utterance, str], tuple[str, Mapping[str, object]]]


def speak_over_http(
    utterance: Utterance,
    access: Access,
    ask: Ask,
    *,
    silence_limit_s: float = SILENCE_LIMIT_S,
    part_limit_s: float | None = None,
) -> Iterator[Piece]:
    """Say the parts one after the other, and give the audio as it comes; nothing is sent twice.

    Raises Unreachable if nothing was sent, ReplyLost if the audio is not whole, Rejected (or one
    of its kinds) and ProtocolViolated.
    """
    with _open_client(access, silence_limit_s) as client:
        for part in utterance.parts:
            path, document = ask(utterance, part)
            # In ASCII: half a surrogate pair, from a command line that is not UTF-8, has no UTF-8.
            content = json.dumps(document).encode()
            address = access.endpoint.base_url + path
            request = client.build_request("POST", address, content=content)
            with _explaining(request, silence_limit_s), _send(request, client, access) as reply:
                end = access.effects.monotonic() + (part_limit_s or find_limit_s([part]))
                events = _find_events(reply, _until(end, reply.iter_raw(), access))
                yield from _read_pieces(events, reply.status_code, access)


@contextmanager
def _send(request: httpx.Request, client: httpx.Client, access: Access) -> Iterator[httpx.Response]:
    reply = access.effects.exchange(lambda: client.send(request, stream=True))
    try:
        yield reply
    finally:
        reply.close()


def _open_client(access: Access, silence_limit_s: float) -> httpx.Client:
    address = urlsplit(access.endpoint.base_url)
    try:
        return httpx.Client(
            headers={
                **access.headers,
                "Content-Type": "application/json",
                "Accept": "text/event-stream",
                "Accept-Encoding": "identity",  # the body is read as it is sent
                "X-DashScope-SSE": "enable",
            },
            verify=trust_for(address.scheme),
            trust_env=False,
            proxy=None if access.handler else find_proxy(access.endpoint.base_url),
            transport=InProcess(access.handler) if access.handler else None,
            timeout=httpx.Timeout(silence_limit_s, connect=min(CONNECT_LIMIT_S, silence_limit_s)),
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:  # they may quote its password
        why = "the proxy in HTTPS_PROXY or ALL_PROXY cannot be used"
        message = f"{LABEL}: cannot reach {address.netloc}: {why}"
        raise Unreachable(message, hint=_CHECK_HINT) from error


@contextmanager
def _explaining(request: httpx.Request, silence_limit_s: float) -> Iterator[None]:
    """Translate the errors of httpx."""
    try:
        yield
    except _BEFORE_SENDING as error:
        why = quote_text(str(error)) or "no connection"
        message = f"{LABEL}: cannot reach {request.url.netloc.decode()}: {why}"
        raise Unreachable(message, hint=_CHECK_HINT) from error
    except httpx.TimeoutException as error:
        message = f"{LABEL}: nothing came for {silence_limit_s:g} s"
        raise ReplyLost(message, hint="try again later") from error
    except httpx.HTTPError as error:
        message = f"{LABEL}: the connection broke before the audio was whole"
        raise ReplyLost(message, hint="try again later") from error


def _until(end: float, chunks: Iterable[bytes], access: Access) -> Iterator[bytes]:
    """Pass chunks on until the time for one part is over."""
    for chunk in chunks:
        if access.effects.monotonic() > end:
            raise ReplyLost(f"{LABEL}: the audio was not whole in time", hint="try again later")
        yield chunk


def _find_events(reply: httpx.Response, chunks: Iterable[bytes]) -> Iterable[ServerEvent]:
    """Give the events of a stream; a reply that is none, such as a refusal, is one event."""
    if "event-stream" in reply.headers.get("Content-Type", ""):
        return read_events(chunks)
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_REPLY_BYTES:
            raise ProtocolViolated(f"{LABEL}: the reply is larger than {MAX_REPLY_BYTES:,} bytes")
    return (ServerEvent(data=bytes(body)),)


def _read_pieces(events: Iterable[ServerEvent], status: int, access: Access) -> Iterator[Piece]:
    """Give the audio of each event; raises ReplyLost if the last one does not say that it is.

    Characters are told with the last event, or at the end of each sentence.
    """
    characters = 0
    for event in events:
        document = take_reply(event.data, access, status=_find_status(event, status))
        output = document.get("output")
        if not isinstance(output, dict):
            raise ProtocolViolated(f"{LABEL}: an event came without an output")
        audio = output.get("audio")
        data = audio.get("data") if isinstance(audio, dict) else None
        is_last = output.get("finish_reason") == "stop"
        told = read_characters(document.get("usage"))
        characters = max(characters, told)
        yield Piece(
            decode_audio(data) if data else b"",
            characters if is_last else 0,
        )
        if is_last:
            return
    raise ReplyLost(f"{LABEL}: the stream ended before the audio was whole")


def _find_status(event: ServerEvent, status: int) -> int:
    """Find the status of an event: its own, or that of the whole; 0 for an error without one."""
    if event.is_error:
        return event.status if event.status >= 400 else 0
    return event.status or status
