"""A connection on which tasks run: texts in, audio out, as frames over a WebSocket."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from voiceops.errors import ServiceError
from voiceops.sandbox.characters import count_characters
from voiceops.sandbox.encoding import begin_stream
from voiceops.sandbox.families.cosyvoice.speech import Speech, cut
from voiceops.sandbox.families.cosyvoice.utterance import (
    MAX_CHARACTERS,
    SOCKET_AUDIO,
    Utterance,
    read_utterance,
)
from voiceops.sandbox.messages import dump
from voiceops.sandbox.script import Fault, Lost

TASKS_PATH = "/api-ws/v1/inference"

_MAX_TASK_CHARACTERS = 200_000
_SENTENCE_END = re.compile(r"[.!?…。！？；\n]+")
_INVALID = "InvalidParameter"

Frame = str | bytes
Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """What the service sends upon a frame, in order, and whether it then closes the connection.

    Events are text, audio is bytes. Where a fault loses the connection, it is dropped without a
    farewell.
    """

    frames: tuple[Frame, ...] = ()
    is_over: bool = False
    is_dropped: bool = False


@dataclass(slots=True)
class _Task:
    """One task, while it runs; `taken` and `said` count characters, `sentences` what was said."""

    id: str
    utterance: Utterance
    text: str = ""
    taken: int = 0
    said: int = 0
    sentences: int = 0
    is_begun: bool = False


class TaskSession:
    """One connection, for one thread at a time; its tasks run one after another.

    `models` are those that speak; `meet` finds the fault that a sentence meets.
    """

    def __init__(
        self, speech: Speech, *, models: tuple[str, ...], meet: Callable[[str], Fault]
    ) -> None:
        self._speech = speech
        self._models = models
        self._meet = meet
        self._task: _Task | None = None
        self._is_over = False

    def open(self) -> TaskAnswer:
        """Begin; the service says nothing until it is asked for a task."""
        return TaskAnswer()

    def receive(self, frame: Frame) -> TaskAnswer:
        """Take a frame of the client's and give what the service sends upon it."""
        if self._is_over:
            return TaskAnswer(is_over=True)
        message = _read_message(frame)
        header, payload = _read_group(message, "header"), _read_group(message, "payload")
        action, task_id = header.get("action"), header.get("task_id")
        if not isinstance(task_id, str) or not task_id:
            return self._fail("", _INVALID, "Missing required parameter 'task_id'!")
        if action == "run-task":
            return self._run(task_id, payload)
        task = self._task
        if task is None or task.id != task_id:
            return self._fail(task_id, _INVALID, "The task is not running.")
        match action:
            case "continue-task":
                return self._continue(task, _read_group(payload, "input"))
            case "finish-task":
                return self._finish(task, _read_group(payload, "input"))
            case _:
                return self._fail(task_id, _INVALID, f"Invalid action: {action!r}.")

    def _run(self, task_id: str, payload: Fields) -> TaskAnswer:
        if self._task is not None:
            return self._fail(task_id, _INVALID, "Another task is running.")
        model = payload.get("model")
        if not isinstance(model, str) or model not in self._models:
            return self._fail(task_id, "ModelNotFound", f"Model not found ({model})!")
        try:
            parameters = _read_group(payload, "parameters")
            utterance = read_utterance(model, parameters, SOCKET_AUDIO)
            self._speech.find_voice(utterance)
        except ServiceError as refusal:
            return self._fail(task_id, refusal.code, refusal.message)
        self._task = _Task(task_id, utterance)
        return TaskAnswer((_write_event(task_id, "task-started"),))

    def _continue(self, task: _Task, asked: Fields) -> TaskAnswer:
        text = asked.get("text", "")
        if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
            return self._fail(task.id, _INVALID, "Required parameter(text) missing or invalid.")
        task.text += text
        task.taken += len(text)
        if task.taken > _MAX_TASK_CHARACTERS:
            return self._fail(task.id, _INVALID, "The text of the task is too long.")
        return self._say_all(task, _take_sentences(task, with_rest=asked.get("flush") is True))

    def _finish(self, task: _Task, asked: Fields) -> TaskAnswer:
        """End a task; what was not said yet is said first, unless the task is cancelled."""
        is_cancelled = asked.get("directive") == "cancel"
        sentences = [] if is_cancelled else _take_sentences(task, with_rest=True)
        said = self._say_all(task, sentences)
        if said.is_over or said.is_dropped:
            return said
        self._task = None
        finished = _write_event(task.id, "task-finished", usage={"characters": task.said})
        return TaskAnswer((*said.frames, finished))

    def _say_all(self, task: _Task, sentences: Iterable[str]) -> TaskAnswer:
        frames: list[Frame] = []
        for sentence in sentences:
            answer = self._say(task, sentence)
            frames += answer.frames
            if answer.is_over or answer.is_dropped:
                return replace(answer, frames=tuple(frames))
        return TaskAnswer(tuple(frames))

    def _say(self, task: _Task, sentence: str) -> TaskAnswer:
        fault = self._meet(task.utterance.voice)
        if fault.reply is not None and not fault.work_is_done:
            return self._fail(task.id, fault.reply.code, fault.reply.message)
        if fault.lost is Lost.ALL and not fault.work_is_done:
            return self._drop(())
        try:
            pcm = self._speech.say(task.utterance, sentence)
        except ServiceError as refusal:
            return self._fail(task.id, refusal.code, refusal.message)
        if fault.reply is not None:
            return self._fail(task.id, fault.reply.code, fault.reply.message)
        frames = tuple(_speak(task, sentence, pcm)) if pcm else ()
        match fault.lost:
            case Lost.ALL:
                return self._drop(())
            case Lost.HALF:
                return self._drop(frames[: len(frames) // 2])
            case None:
                return TaskAnswer(frames)

    def _fail(self, task_id: str, code: str, message: str) -> TaskAnswer:
        self._is_over = True
        event = _write_event(task_id, "task-failed", error_code=code, error_message=message)
        return TaskAnswer((event,), is_over=True)

    def _drop(self, frames: tuple[Frame, ...]) -> TaskAnswer:
        self._is_over = True
        return TaskAnswer(frames, is_dropped=True)


def _take_sentences(task: _Task, *, with_rest: bool) -> list[str]:
    """Take the whole sentences out of what was collected; white space alone is not said."""
    ends = [match.end() for match in _SENTENCE_END.finditer(task.text)]
    if with_rest:
        ends.append(len(task.text))
    sentences = [task.text[start:end] for start, end in pairwise([0, *ends])]
    task.text = task.text[ends[-1] :] if ends else task.text
    return [sentence for sentence in sentences if sentence.strip()]


def _speak(task: _Task, sentence: str, pcm: bytes) -> Iterator[Frame]:
    """Make the frames of one sentence: audio comes right after the event that announces it."""
    utterance = task.utterance
    said = {"sentence": {"index": task.sentences, "words": []}, "original_text": sentence}
    task.sentences += 1
    task.said += count_characters(sentence)
    head = b""
    if not task.is_begun:
        head = begin_stream(utterance.response_format, sample_rate_hz=utterance.sample_rate_hz)
        task.is_begun = True
    yield _write_output(task.id, {"type": "sentence-begin", **said})
    for piece in cut(pcm):
        yield _write_output(task.id, {"type": "sentence-synthesis", **said})
        yield head + piece
        head = b""
    end = {"type": "sentence-end", **said}
    yield _write_output(task.id, end, usage={"characters": task.said})


def _write_output(task_id: str, output: Fields, *, usage: Fields | None = None) -> str:
    payload = {"output": output} if usage is None else {"output": output, "usage": usage}
    return _write_frame({"task_id": task_id, "event": "result-generated"}, payload)


def _write_event(task_id: str, event: str, *, usage: Fields | None = None, **error: str) -> str:
    payload = {} if usage is None else {"usage": usage}
    return _write_frame({"task_id": task_id, "event": event, **error}, payload)


def _write_frame(header: Fields, payload: Fields) -> str:
    return dump({"header": {**header, "attributes": {}}, "payload": payload})


def _read_message(frame: Frame) -> Fields:
    """Read a frame; what is no message has neither header nor payload."""
    try:
        message: object = json.loads(frame)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _read_group(fields: Fields, name: str) -> Fields:
    group = fields.get(name)
    return group if isinstance(group, dict) else {}
