"""Speech over HTTP: one text in; its audio out, as one reply or as a stream of events."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voiceops.sandbox import refusals
from voiceops.sandbox.account import Bill, Recording, Voice
from voiceops.sandbox.characters import count_characters
from voiceops.sandbox.clock import Clock, write_time
from voiceops.sandbox.families.qwen.actions import name_voice
from voiceops.sandbox.faults import Subject
from voiceops.sandbox.fields import read_choice, read_document, read_input, read_model, read_text
from voiceops.sandbox.jobs import Job
from voiceops.sandbox.messages import Reply, Request, make_event_reply, make_reply
from voiceops.sandbox.recordings import Recordings
from voiceops.sandbox.script import Family, Operation
from voiceops.sandbox.store import Store
from voiceops.sandbox.synthesizer import synthesize

SPEECH_PATH = "/api/v1/services/aigc/multimodal-generation/generation"
SAMPLE_RATE_HZ = 24000
# Designed voices speak through these; which transport a model takes is part of its name.
FAMILY = "qwen3-tts-vd"
_REALTIME_MARK = "-realtime"

_MAX_CHARACTERS = 600
_LANGUAGES = (
    *("Auto", "Chinese", "English", "German", "Italian", "Portuguese", "Spanish", "Japanese"),
    *("Korean", "French", "Russian"),
)
_CHUNK_BYTES = 19_200  # 0.4 s


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Say a text with a voice."""

    model: str
    voice: str
    text: str
    is_streamed: bool


def read_synthesis(request: Request) -> Synthesis:
    """Read what is to be said; raises Rejected with the first fault found."""
    document = read_document(request.body)
    model = read_model(document)
    if not model.startswith(FAMILY) or is_realtime(model):
        raise refusals.model_not_found()
    fields = read_input(document)
    read_choice(fields, "language_type", _LANGUAGES)
    return Synthesis(
        model,
        read_text(fields, "voice"),
        read_text(fields, "text", longest=_MAX_CHARACTERS),
        request.header("X-DashScope-SSE").strip().lower() == "enable",
    )


def is_realtime(model: str) -> bool:
    """Tell whether a model speaks over the realtime protocol, and not over HTTP."""
    return _REALTIME_MARK in model


class Speech:
    """What says texts with the account's voices, and bills the characters."""

    family = Family.QWEN

    def __init__(self, store: Store, clock: Clock, recordings: Recordings) -> None:
        self._store = store
        self._clock = clock
        self._recordings = recordings

    def understand(self, request: Request, *, request_id: str) -> Job:
        """Read what is to be said; raises Rejected with the first fault found."""
        synthesis = read_synthesis(request)
        host = request.header("Host")
        return Job(
            Subject(Operation.SPEAK, name_voice(synthesis.voice)),
            lambda _: self._reply(synthesis, host=host, request_id=request_id),
        )

    def say(self, voice_id: str, text: str, *, model: str) -> bytes:
        """Say a text: raw PCM, 24 kHz; raises Rejected if voice and model do not fit."""
        voice = self.find_voice(voice_id, model=model)
        now = write_time(self._clock.now())
        with self._store.write() as account:
            account.use(voice.voice, at=now)
            account.add_bill(Bill(model, voice.voice, now, count_characters(text)))
        return synthesize(voice.voice, voice.voice_prompt, text, sample_rate_hz=SAMPLE_RATE_HZ)

    def find_voice(self, voice_id: str, *, model: str) -> Voice:
        """Look up a voice that was designed for a model; raises Rejected if there is none."""
        with self._store.read() as account:
            voice = account.find_voice(voice_id, Family.QWEN)
        if voice is None or voice.target_model != model:
            raise refusals.voice_not_supported(voice_id)
        return voice

    def _reply(self, synthesis: Synthesis, *, host: str, request_id: str) -> Reply:
        """Say a text and reply, as one document or as events; the audio can be downloaded."""
        pcm = self.say(synthesis.voice, synthesis.text, model=synthesis.model)
        audio = self._keep(synthesis, host=host, request_id=request_id)
        usage = {"input_tokens": 0, "output_tokens": 0}
        rest = {
            "usage": {**usage, "characters": count_characters(synthesis.text)},
            "request_id": request_id,
        }
        if not synthesis.is_streamed:
            return make_reply(200, {"output": _output("stop", audio), **rest})
        pieces = (
            {"output": _output("null", {**audio, "url": "", "data": _encode(piece)}), **rest}
            for piece in _cut(pcm)
        )
        events = [*pieces, {"output": _output("stop", audio), **rest}]
        return make_event_reply(events, request_id=request_id)

    def _keep(self, synthesis: Synthesis, *, host: str, request_id: str) -> dict[str, object]:
        voice = self.find_voice(synthesis.voice, model=synthesis.model)
        said = Recording(
            f"audio_{request_id}", voice.voice, voice.voice_prompt, synthesis.text, SAMPLE_RATE_HZ
        )
        return self._recordings.keep(said, host=host)


def _output(finish_reason: str, audio: Mapping[str, object]) -> dict[str, object]:
    return {"text": None, "finish_reason": finish_reason, "choices": None, "audio": audio}


def _cut(pcm: bytes) -> Iterator[bytes]:
    return (pcm[start : start + _CHUNK_BYTES] for start in range(0, len(pcm), _CHUNK_BYTES))


def _encode(pcm: bytes) -> str:
    return base64.b64encode(pcm).decode()
