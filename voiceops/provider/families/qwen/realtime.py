"""Speech in real time: one session, in which all parts are said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count

from voiceops.errors import ModelGone, ProtocolViolated, ServiceError
from voiceops.provider.families.qwen.speech import name_language
from voiceops.provider.quote import quote_text
from voiceops.provider.speech.pieces import (
    LABEL,
    SAMPLE_RATE_HZ,
    Piece,
    Utterance,
    decode_audio,
    find_limit_s,
    read_characters,
    take_reply,
)
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.exchange import ReplyLost
from voiceops.provider.transport.websocket import Channel

SILENCE_LIMIT_S = 30.0
_COMPLETED = "completed"

Event = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long nothing may come, and how long a session may last."""

    session_s: float
    silence_s: float = SILENCE_LIMIT_S


def speak_in_session(
    utterance: Utterance,
    session: AbstractContextManager[Channel],
    access: Access,
    *,
    limits: Limits | None = None,
) -> Iterator[Piece]:
    """Hold a session from its greeting to its end, and give the audio as it comes.

    The server decides when to speak (`server_commit`). However it fills the time, the session ends
    when nobody would wait for it any more. Raises ReplyLost if the session ends or
    falls silent before all was said, ProtocolViolated for what is no event, and what an error
    event means.
    """
    with session as channel:
        limits = limits or Limits(find_limit_s(utterance.parts))
        ear = _Ear(channel, access, limits)
        yield from _converse(utterance, channel, ear, access)


def _converse(utterance: Utterance, channel: Channel, ear: _Ear, access: Access) -> Iterator[Piece]:
    ids = _make_ids(access)

    def send(kind: str, **fields: object) -> None:
        channel.send(json.dumps({"event_id": next(ids), "type": kind, **fields}))

    ear.closed_means = _explain_close(utterance)
    ear.wait_for("session.created")
    settings = {
        "voice": utterance.voice_id,
        "mode": "server_commit",
        "response_format": "pcm",
        "sample_rate": SAMPLE_RATE_HZ,
        "language_type": name_language(utterance),
    }
    send("session.update", session=settings)
    ear.wait_for("session.updated")
    ear.closed_means = None
    for number, part in enumerate(utterance.parts, start=1):
        gap = " " if number < len(utterance.parts) else ""
        send("input_text_buffer.append", text=part + gap)
    send("session.finish")
    for event in ear.listen():
        match event["type"]:
            case "response.audio.delta":
                yield Piece(decode_audio(event.get("delta")))
            case "response.done":
                yield _end_response(event.get("response"))
            case "session.finished":
                return
            case _:
                pass


class _Ear:
    """Hears the events of a session, within its limits."""

    def __init__(self, channel: Channel, access: Access, limits: Limits) -> None:
        self.closed_means: ServiceError | None = None
        self._channel = channel
        self._access = access
        self._limits = limits
        self._end = access.effects.monotonic() + limits.session_s

    def wait_for(self, kind: str) -> None:
        for event in self.listen():
            if event["type"] == kind:
                return

    def listen(self) -> Iterator[Event]:
        """Give event after event, each with a type; it ends only by an error."""
        while True:
            if self._access.effects.monotonic() > self._end:
                limit_s = self._limits.session_s
                raise ReplyLost(f"{LABEL}: the session was not over after {limit_s:g} s")
            event = _read_event(self._receive())
            if event["type"] == "error":
                take_reply(json.dumps(event).encode(), self._access, status=0)
            yield event

    def _receive(self) -> str | bytes:
        try:
            frame = self._channel.receive(timeout_s=self._limits.silence_s)
        except TimeoutError as error:
            limit_s = self._limits.silence_s
            message = f"{LABEL}: nothing came for {limit_s:g} s"
            raise ReplyLost(message, hint="try again later") from error
        if frame is None:
            broke = ReplyLost(f"{LABEL}: the session was closed before all was said")
            raise self.closed_means or broke
        return frame


def _end_response(response: object) -> Piece:
    """Give what was billed for a response; raises ReplyLost if it was broken off."""
    fields = response if isinstance(response, dict) else {}
    status = fields.get("status", _COMPLETED)
    if status != _COMPLETED:
        raise ReplyLost(f"{LABEL}: the service did not say all: {quote_text(str(status))}")
    return Piece(characters=read_characters(fields.get("usage")))


def _explain_close(utterance: Utterance) -> ServiceError:
    """Say what it probably means if the service greets and leaves: it does not know the model."""
    return ModelGone(
        f"{LABEL}: the service closed the session at once",
        hint=f"does it still have the model {utterance.target_model}?",
    )


def _read_event(frame: str | bytes) -> Event:
    try:
        event: object = json.loads(frame) if isinstance(frame, str) else None
    except (ValueError, RecursionError) as error:
        raise ProtocolViolated(f"{LABEL}: a frame came that is not JSON") from error
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise ProtocolViolated(f"{LABEL}: a frame came that is no event")
    return event


def _make_ids(access: Access) -> Iterator[str]:
    """Make ids as the vendor's own clients do: `event_` and 32 hex digits."""
    seed = access.effects.now().isoformat()
    for number in count():
        yield f"event_{hashlib.sha256(f'{seed} {number}'.encode()).hexdigest()[:32]}"
