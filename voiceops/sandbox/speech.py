"""Speech over HTTP: one text in; its audio out, as one reply or as a stream of events."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voiceops.sandbox import refusals
from voiceops.sandbox.account import Bill, Recording, Voice
from voiceops.sandbox.clock import Clock, write_time
from voiceops.sandbox.encoding import encode
from voiceops.sandbox.fields import read_choice, read_document, read_group, read_text
from voiceops.sandbox.messages import Reply, Request, dump, make_reply
from voiceops.sandbox.store import Store
from voiceops.sandbox.synthesizer import synthesize

SPEECH_PATH = "/api/v1/services/aigc/multimodal-generation/generation"
AUDIO_PATH = "/audio/"
SAMPLE_RATE_HZ = 24000
# Designed voices speak through these; which transport a model takes is part of its name.
FAMILY = "qwen3-tts-vd"
_REALTIME_MARK = "-realtime"

_MAX_CHARACTERS = 600
_LANGUAGES = (
    *("Auto", "Chinese", "English", "German", "Italian", "Portuguese", "Spanish", "Japanese"),
    *("Korean", "French", "Russian"),
)
_URL_LIFETIME_S = 24 * 3600
_CHUNK_BYTES = 19_200  # 0.4 s
_AUDIO_NAME = re.compile(r"/audio/(audio_[0-9a-f-]{36})\.wav")


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
    model = document.get("model")
    if not isinstance(model, str) or not model:
        raise refusals.empty_model()
    if not model.startswith(FAMILY) or is_realtime(model):
        raise refusals.model_not_found()
    if document.get("input") is None:
        raise refusals.empty_input()
    fields = read_group(document, "input")
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


def count_characters(text: str) -> int:
    """Count as the service bills: an ideograph is two characters, anything else one."""
    return sum(2 if _is_ideograph(character) else 1 for character in text)


class Speech:
    """What says texts with the account's voices, and bills the characters."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

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
            voice = account.find_voice(voice_id)
        if voice is None or voice.target_model != model:
            raise refusals.voice_not_supported(voice_id)
        return voice

    def reply(self, synthesis: Synthesis, *, host: str, request_id: str) -> Reply:
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
        body = "".join(_write_event(number, event) for number, event in enumerate(events, 1))
        headers = {"Content-Type": "text/event-stream;charset=UTF-8"}
        return Reply(200, headers, body.encode(), request_id=request_id)

    def download(self, path: str) -> Reply:
        """Give the audio that a reply named; raises Rejected if it is not there any more."""
        match = _AUDIO_NAME.fullmatch(path)
        with self._store.read() as account:
            recording = account.find_recording(match[1]) if match else None
        if recording is None or recording.expires_at < int(self._clock.now().timestamp()):
            raise refusals.audio_expired()
        pcm = synthesize(
            recording.voice,
            recording.description,
            recording.text,
            sample_rate_hz=SAMPLE_RATE_HZ,
        )
        audio = encode(pcm, sample_rate_hz=SAMPLE_RATE_HZ, response_format="wav")
        return Reply(200, {"Content-Type": "audio/wav"}, audio)

    def _keep(self, synthesis: Synthesis, *, host: str, request_id: str) -> dict[str, object]:
        now = int(self._clock.now().timestamp())
        audio_id = f"audio_{request_id}"
        expires_at = now + _URL_LIFETIME_S
        voice = self.find_voice(synthesis.voice, model=synthesis.model)
        recording = Recording(audio_id, voice.voice, voice.voice_prompt, synthesis.text, expires_at)
        with self._store.write() as account:
            account.add_recording(recording, now=now)
        url = f"http://{host}{AUDIO_PATH}{audio_id}.wav"
        return {"data": "", "url": url, "id": audio_id, "expires_at": expires_at}


def _output(finish_reason: str, audio: Mapping[str, object]) -> dict[str, object]:
    return {"text": None, "finish_reason": finish_reason, "choices": None, "audio": audio}


def _cut(pcm: bytes) -> Iterator[bytes]:
    return (pcm[start : start + _CHUNK_BYTES] for start in range(0, len(pcm), _CHUNK_BYTES))


def _encode(pcm: bytes) -> str:
    return base64.b64encode(pcm).decode()


def _write_event(number: int, document: Mapping[str, object]) -> str:
    return f"id:{number}\nevent:result\n:HTTP_STATUS/200\ndata:{dump(document)}\n\n"


def _is_ideograph(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK UNIFIED IDEOGRAPH")
