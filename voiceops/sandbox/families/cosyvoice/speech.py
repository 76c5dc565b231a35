"""Speech over HTTP: one text in; its audio out, as one reply or as a stream of events."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voiceops.sandbox.account import Bill, Recording, Voice
from voiceops.sandbox.characters import count_characters
from voiceops.sandbox.clock import Clock, write_time
from voiceops.sandbox.encoding import begin_stream
from voiceops.sandbox.families.cosyvoice import refusals
from voiceops.sandbox.families.cosyvoice.names import TARGET_MODELS, name_voice
from voiceops.sandbox.families.cosyvoice.review import Status, tell_status
from voiceops.sandbox.families.cosyvoice.utterance import (
    HTTP_AUDIO,
    MAX_CHARACTERS,
    Utterance,
    read_utterance,
)
from voiceops.sandbox.faults import Subject
from voiceops.sandbox.fields import read_document, read_input, read_model, read_text
from voiceops.sandbox.jobs import Job
from voiceops.sandbox.messages import Reply, Request, make_event_reply, make_reply
from voiceops.sandbox.recordings import Recordings
from voiceops.sandbox.script import Family, Operation
from voiceops.sandbox.store import Store
from voiceops.sandbox.synthesizer import synthesize

SPEECH_PATH = "/api/v1/services/audio/tts/SpeechSynthesizer"
_CHUNK_BYTES = 19_200  # 0.4 s at 24 kHz


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Say a text."""

    utterance: Utterance
    text: str
    is_streamed: bool


def read_synthesis(request: Request) -> Synthesis:
    """Read what is to be said; raises Rejected with the first fault found."""
    document = read_document(request.body)
    model = read_model(document)
    if model not in TARGET_MODELS:
        raise refusals.unknown_model()
    fields = read_input(document)
    return Synthesis(
        read_utterance(model, fields, HTTP_AUDIO),
        read_text(fields, "text", longest=MAX_CHARACTERS),
        request.header("X-DashScope-SSE").strip().lower() == "enable",
    )


def cut(pcm: bytes) -> Iterator[bytes]:
    """Cut raw audio into the pieces that are sent one by one; none if there is no audio."""
    return (pcm[start : start + _CHUNK_BYTES] for start in range(0, len(pcm), _CHUNK_BYTES))


class Speech:
    """What says texts with the account's voices, and bills the characters."""

    family = Family.COSYVOICE

    def __init__(self, store: Store, clock: Clock, recordings: Recordings) -> None:
        self._store = store
        self._clock = clock
        self._recordings = recordings

    def understand(self, request: Request, *, request_id: str) -> Job:
        """Read what is to be said; raises Rejected with the first fault found."""
        synthesis = read_synthesis(request)
        host = request.header("Host")
        return Job(
            Subject(Operation.SPEAK, name_voice(synthesis.utterance.voice)),
            lambda _: self._reply(synthesis, host=host, request_id=request_id),
        )

    def say(self, utterance: Utterance, text: str) -> bytes:
        """Say a text: raw PCM of the utterance's rate; raises Rejected as `find_voice` does.

        A voice in review says nothing, which is no error, and is not billed.
        """
        voice = self.find_voice(utterance)
        if tell_status(voice, self._clock.now()) is Status.DEPLOYING:
            return b""
        now = write_time(self._clock.now())
        with self._store.write() as account:
            account.use(voice.voice, at=now)
            account.add_bill(Bill(utterance.model, voice.voice, now, count_characters(text)))
        rate_hz = utterance.sample_rate_hz
        return synthesize(voice.voice, voice.voice_prompt, text, sample_rate_hz=rate_hz)

    def find_voice(self, utterance: Utterance) -> Voice:
        """Look up the voice; raises Rejected if it is unknown, another model's, or refused."""
        with self._store.read() as account:
            voice = account.find_voice(utterance.voice, Family.COSYVOICE)
        if voice is None or voice.target_model != utterance.model:
            raise refusals.engine_error(utterance.model)
        # What the service says of a voice that its review refused is unknown.
        if tell_status(voice, self._clock.now()) is Status.UNDEPLOYED:
            raise refusals.engine_error(utterance.model)
        return voice

    def _reply(self, synthesis: Synthesis, *, host: str, request_id: str) -> Reply:
        """Say a text and reply, as one document or as events; the audio can be downloaded."""
        pcm = self.say(synthesis.utterance, synthesis.text)
        audio = self._keep(synthesis, is_silent=not pcm, host=host, request_id=request_id)
        characters = count_characters(synthesis.text) if pcm else 0
        last: Mapping[str, object] = {
            "output": {"finish_reason": "stop", "audio": audio},
            "usage": {"characters": characters},
            "request_id": request_id,
        }
        if not synthesis.is_streamed:
            return make_reply(200, last)
        outputs = _make_outputs(synthesis, pcm, characters)
        events = [{**output, "request_id": request_id} for output in outputs]
        return make_event_reply([*events, last], request_id=request_id)

    def _keep(
        self, synthesis: Synthesis, *, is_silent: bool, host: str, request_id: str
    ) -> dict[str, object]:
        utterance = synthesis.utterance
        voice = self.find_voice(utterance)
        said = Recording(
            id=f"audio_{request_id}",
            voice=voice.voice,
            description=voice.voice_prompt,
            text="" if is_silent else synthesis.text,
            sample_rate_hz=utterance.sample_rate_hz,
            response_format=utterance.response_format,
        )
        return self._recordings.keep(said, host=host)


def _make_outputs(
    synthesis: Synthesis, pcm: bytes, characters: int
) -> Iterator[Mapping[str, object]]:
    """Make what comes before the last event: the text as one sentence; nothing if it is silent."""
    if not pcm:
        return
    utterance = synthesis.utterance
    of = {"sentence": {"index": 0, "words": []}, "original_text": synthesis.text}
    head = begin_stream(utterance.response_format, sample_rate_hz=utterance.sample_rate_hz)
    yield {"output": {"type": "sentence-begin", **of}}
    for piece in cut(pcm):
        audio = {"data": base64.b64encode(head + piece).decode()}
        yield {"output": {"type": "sentence-synthesis", **of, "audio": audio}}
        head = b""
    yield {"output": {"type": "sentence-end", **of}, "usage": {"characters": characters}}
