"""Speech over HTTP: a request for each part, its audio streamed as server-sent events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import httpx

from voiceops.errors import ProtocolViolated, Unreachable
from voiceops.provider.answer import read_answer
from voiceops.provider.endpoints import is_loopback
from voiceops.provider.in_process import InProcess
from voiceops.provider.quote import quote_text
from voiceops.provider.replies import take_document
from voiceops.provider.speech import Access, Piece, Utterance, decode_audio, read_characters
from voiceops.provider.sse import ServerEvent, read_events
from voiceops.provider.trust import trust_for
from voiceops.provider.wire import MIB, ReplyLost, WireReply

PATH = "/services/aigc/multimodal-generation/generation"
CONNECT_LIMIT_S = 10.0
SILENCE_LIMIT_S = 30.0
PART_LIMIT_S = 600.0
MAX_REPLY_BYTES = MIB
_LABEL = "say"
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)


def speak_over_http(
    utterance: Utterance, access: Access, *, silence_limit_s: float = SILENCE_LIMIT_S
) -> Iterator[Piece]:
    """Say the parts one after the other, and give the audio as it comes; nothing is sent twice.

    Raises Unreachable if nothing was sent, ReplyLost if the audio is not whole, Rejected (or one
    of its kinds) and ProtocolViolated.
    """
    url = access.endpoint.base_url + PATH
    address = urlsplit(url)
    with httpx.Client(
        headers={**access.headers, "X-DashScope-SSE": "enable", "Accept": "text/event-stream"},
        verify=trust_for(address.scheme),
        trust_env=not is_loopback(address.hostname or ""),
        transport=InProcess(access.handler) if access.handler else None,
        timeout=httpx.Timeout(silence_limit_s, connect=min(CONNECT_LIMIT_S, silence_limit_s)),
    ) as client:
        for part in utterance.parts:
            try:
                yield from _say_part(utterance, part, access, client=client, url=url)
            except _BEFORE_SENDING as error:
                raise Unreachable(
                    f"{_LABEL}: cannot reach {address.netloc}: {quote_text(str(error))}",
                    hint="check the network, the endpoint and the proxy settings",
                ) from error
            except httpx.TimeoutException as error:
                message = f"{_LABEL}: nothing came for {silence_limit_s:g} s"
                raise ReplyLost(message, hint="try again later") from error
            except httpx.HTTPError as error:
                message = f"{_LABEL}: the connection broke before the audio was whole"
                raise ReplyLost(message, hint="try again later") from error


def _say_part(
    utterance: Utterance, part: str, access: Access, *, client: httpx.Client, url: str
) -> Iterator[Piece]:
    document = {
        "model": utterance.target_model,
        "input": {
            "text": part,
            "voice": utterance.voice_id,
            "language_type": utterance.language_type,
        },
        "parameters": {},
    }
    with client.stream("POST", url, json=document) as reply:
        chunks = _within_limit(reply.iter_raw(), access)
        if "event-stream" not in reply.headers.get("Content-Type", ""):
            _refuse(reply.status_code, chunks, access)
        yield from _read_pieces(read_events(chunks), reply.status_code, access)


def _read_pieces(events: Iterable[ServerEvent], status: int, access: Access) -> Iterator[Piece]:
    """Give the audio of each event; raises ReplyLost if the last one does not say that it is."""
    for event in events:
        status_of = event.http_status if event.is_error or event.status else status
        reply = WireReply(status_of, event.data)
        now = access.effects.now()
        document = take_document(read_answer(reply, label=_LABEL, key=access.key, now=now))
        output = document.get("output")
        if not isinstance(output, dict):
            raise ProtocolViolated(f"{_LABEL}: an event came without an output")
        audio = output.get("audio")
        is_last = output.get("finish_reason") == "stop"
        yield Piece(
            decode_audio(audio.get("data")) if isinstance(audio, dict) else b"",
            read_characters(document.get("usage")) if is_last else 0,
        )
        if is_last:
            return
    raise ReplyLost(f"{_LABEL}: the stream ended before the audio was whole")


def _refuse(status: int, chunks: Iterable[bytes], access: Access) -> None:
    """Raise what a reply says that is no stream."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_REPLY_BYTES:
            break
    now = access.effects.now()
    answer = read_answer(WireReply(status, bytes(body)), label=_LABEL, key=access.key, now=now)
    take_document(answer)
    raise ProtocolViolated(f"{_LABEL}: the reply is not streamed")


def _within_limit(chunks: Iterable[bytes], access: Access) -> Iterator[bytes]:
    """Pass chunks on until the time for one part is over."""
    end = access.effects.monotonic() + PART_LIMIT_S
    for chunk in chunks:
        if access.effects.monotonic() > end:
            raise ReplyLost(f"{_LABEL}: the audio was not whole after {PART_LIMIT_S:g} s")
        yield chunk
