"""A realtime session: texts in, audio out, as events over a WebSocket."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto

from voiceops.errors import ServiceError
from voiceops.sandbox.characters import count_characters
from voiceops.sandbox.families.qwen.speech import FAMILY, SAMPLE_RATE_HZ, Speech, is_realtime
from voiceops.sandbox.messages import dump
from voiceops.sandbox.realtime import Answer
from voiceops.sandbox.script import Fault, Lost, UnknownModel

_SENTENCE_ENDS = ".!?…。！？；\n"
_CHUNK_BYTES = 9_600  # 0.2 s
_MODES = ("server_commit", "commit")
_LOST_SESSION = "Session update error: session already started or finished or failed."

Event = dict[str, object]


class _State(Enum):
    NEW = auto()
    READY = auto()
    STARTED = auto()
    OVER = auto()


class Session:
    """One session, for one thread at a time; `meet` finds the fault that a response meets."""

    def __init__(
        self,
        model: str,
        speech: Speech,
        *,
        make_id: Callable[[], str],
        meet: Callable[[str], Fault],
        unknown_model: UnknownModel,
    ) -> None:
        self._model = model
        self._speech = speech
        self._make_id = make_id
        self._meet = meet
        self._unknown_model = unknown_model
        self._state = _State.NEW
        self._id = f"sess_{make_id()}"
        self._voice = ""
        self._mode = _MODES[0]
        self._text = ""

    def open(self) -> Answer:
        """Greet the client; what happens with an unknown model is a switch."""
        created = self._event("session.created", session=self._describe())
        if self._model.startswith(FAMILY) and is_realtime(self._model):
            return _answer(created)
        self._state = _State.OVER
        if self._model.startswith(FAMILY) or self._unknown_model is UnknownModel.REFUSE:
            message = f"Model not found ({self._model})!"
            return _answer(created, self._error("ModelNotFound", message), is_over=True)
        return _answer(created, is_over=True)

    def receive(self, frame: str | bytes) -> Answer:
        """Take a frame of the client's and give what the service sends upon it."""
        if self._state is _State.OVER:
            return Answer(is_over=True)
        event = _read_event(frame)
        match event.get("type"):
            case "session.update":
                return self._update(event.get("session"))
            case "input_text_buffer.append":
                return self._append(event.get("text"))
            case "input_text_buffer.commit":
                return self._respond_to(len(self._text))
            case "input_text_buffer.clear":
                self._text = ""
                return _answer(self._event("input_text_buffer.cleared"))
            case "response.cancel":  # whatever is asked for is answered at once
                return Answer()
            case "session.finish":
                return self._finish()
            case other:
                return self._fail("invalid_value", f"Invalid event type: {other!r}.")

    def _update(self, asked: object) -> Answer:
        if self._state is _State.STARTED:
            return self._fail("InvalidParameter", _LOST_SESSION)
        fields = asked if isinstance(asked, dict) else {}
        voice, mode = fields.get("voice", self._voice), fields.get("mode", self._mode)
        if mode not in _MODES:
            return self._fail("invalid_value", f"Invalid value: 'mode' must be one of {_MODES}.")
        if fields.get("response_format", "pcm") != "pcm":
            return self._fail("invalid_value", "The sandbox cannot encode this; ask for pcm.")
        if fields.get("sample_rate", SAMPLE_RATE_HZ) != SAMPLE_RATE_HZ:
            return self._fail("invalid_value", "The sandbox speaks at 24000 Hz alone.")
        try:
            self._voice = self._speech.find_voice(str(voice), model=self._model).voice
        except ServiceError as refusal:
            return self._fail(refusal.code, refusal.message)
        self._mode = str(mode)
        self._state = _State.READY
        return _answer(self._event("session.updated", session=self._describe()))

    def _append(self, text: object) -> Answer:
        if not isinstance(text, str):
            return self._fail("invalid_value", "Required parameter(text) missing or invalid.")
        if self._state is _State.NEW:
            return self._fail("invalid_value", "The requested voice '' is not supported.")
        self._state = _State.STARTED
        self._text += text
        if self._mode == "commit":
            return Answer()
        return self._respond_to(1 + max(self._text.rfind(end) for end in _SENTENCE_ENDS))

    def _finish(self) -> Answer:
        last = self._respond_to(len(self._text))
        if last.is_over or last.is_dropped:
            return last
        self._state = _State.OVER
        finished = _answer(self._event("session.finished"))
        return Answer((*last.frames, *finished.frames), is_over=True)

    def _respond_to(self, length: int) -> Answer:
        """Say the first characters of what was collected; white space alone is not said."""
        said, self._text = self._text[:length], self._text[length:]
        if not said.strip():
            return Answer()
        fault = self._meet(self._voice)
        if fault.reply is not None and not fault.work_is_done:
            return self._fail(fault.reply.code, fault.reply.message)
        if fault.lost is Lost.ALL and not fault.work_is_done:
            return self._drop(())
        try:
            pcm = self._speech.say(self._voice, said, model=self._model)
        except ServiceError as refusal:
            return self._fail(refusal.code, refusal.message)
        if fault.reply is not None:
            return self._fail(fault.reply.code, fault.reply.message)
        frames = tuple(map(dump, self._say(pcm, count_characters(said))))
        match fault.lost:
            case Lost.ALL:
                return self._drop(())
            case Lost.HALF:
                return self._drop(frames[: len(frames) // 2])
            case None:
                return Answer(frames)

    def _say(self, pcm: bytes, characters: int) -> Iterator[Event]:
        """Make the events of one response, in the order that the service sends them."""
        item_id, response_id = f"item_{self._make_id()}", f"resp_{self._make_id()}"
        response = {"id": response_id, "object": "realtime.response", "conversation_id": ""}
        place = {"response_id": response_id, "item_id": item_id}
        at = {**place, "output_index": 0, "content_index": 0}
        begun = {**response, "status": "in_progress", "voice": self._voice, "output": []}
        item = {"id": item_id, "object": "realtime.item", "type": "message", "role": "assistant"}
        yield self._event("input_text_buffer.committed", item_id=item_id)
        yield self._event("response.created", response=begun)
        yield self._event("response.output_item.added", **place, output_index=0, item=item)
        yield self._event("response.content_part.added", **at, part={"type": "audio"})
        for start in range(0, len(pcm), _CHUNK_BYTES):
            delta = base64.b64encode(pcm[start : start + _CHUNK_BYTES]).decode()
            yield self._event("response.audio.delta", **at, delta=delta)
        yield self._event("response.audio.done", **at)
        yield self._event("response.content_part.done", **at, part={"type": "audio"})
        yield self._event("response.output_item.done", **place, output_index=0, item=item)
        done = {**begun, "status": "completed", "usage": {"characters": characters}}
        yield self._event("response.done", response=done)

    def _fail(self, code: str, message: str) -> Answer:
        self._state = _State.OVER
        return _answer(self._error(code, message), is_over=True)

    def _drop(self, frames: tuple[str, ...]) -> Answer:
        self._state = _State.OVER
        return Answer(frames, is_dropped=True)

    def _error(self, code: str, message: str) -> Event:
        return self._event("error", error={"code": code, "message": message})

    def _event(self, kind: str, **fields: object) -> Event:
        return {"event_id": f"event_{self._make_id()}", "type": kind, **fields}

    def _describe(self) -> Event:
        return {
            "object": "realtime.session",
            "id": self._id,
            "model": self._model,
            "mode": self._mode,
            "voice": self._voice,
            "response_format": "pcm",
            "sample_rate": SAMPLE_RATE_HZ,
        }


def _answer(*events: Event, is_over: bool = False) -> Answer:
    return Answer(tuple(map(dump, events)), is_over=is_over)


def _read_event(frame: str | bytes) -> Mapping[str, object]:
    """Read a frame; what is no event has no type, and is refused as one that is unknown."""
    try:
        event: object = json.loads(frame)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}
