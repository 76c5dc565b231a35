"""What the vendor's SDK is asked to do with `voice-enrollment`; prints JSON.

Run with a Python that has it: `python enrollment_session.py BASE_URL TASKS_URL VOICE`
"""

from __future__ import annotations

import base64
import json
import sys

import dashscope
from dashscope.audio.http_tts import HttpSpeechSynthesizer
from dashscope.audio.tts_v2 import (
    AudioFormat,
    ResultCallback,
    SpeechSynthesizer,
    VoiceEnrollmentException,
    VoiceEnrollmentService,
)
from dashscope.common.error import RequestFailure

MODEL = "cosyvoice-v3.5-plus"
OTHER_MODEL = "cosyvoice-v3.5-flash"
TEXT = "Good evening, and welcome."
DESIGN = {"voice_prompt": "A calm voice.", "preview_text": "Hello there, everyone."}
RATE_HZ = 24000


def design() -> dict[str, object]:
    """Create, list, query and delete a voice, and query it once more."""
    service = VoiceEnrollmentService(api_key="sk-sdk", sample_rate=RATE_HZ, response_format="wav")
    asked = {"target_model": MODEL, "prefix": "sdk", "url": "", "language_hints": ["en"]}
    voice = service.create_voice(**asked, **DESIGN)
    listed = [item["voice_id"] for item in service.list_voices()]
    found = [item["voice_id"] for item in service.list_voices(prefix="sdk", page_size=50)]
    got = service.query_voice(voice)
    service.delete_voice(voice)
    refusals = []
    for refused in (
        lambda: service.query_voice(voice),
        lambda: service.delete_voice(voice),
        lambda: service.create_voice(**asked),
        lambda: service.create_voice(**{**asked, "target_model": "qwen3-tts-vd"}, **DESIGN),
    ):
        try:
            refused()
        except VoiceEnrollmentException as error:
            refusals.append([error._status_code, error._code, error._error_message])
    return {
        "voice": voice,
        "is_listed": voice in listed,
        "is_found": found == [voice],
        "status": got["status"],
        "prompt": got["voice_prompt"],
        "refusals": refusals,
    }


def speak_over_http() -> dict[str, object]:
    asked = {"model": MODEL, "text": TEXT, "voice": VOICE, "audio_format": "pcm"}
    whole = HttpSpeechSynthesizer.call(**asked, api_key="sk-sdk")
    *pieces, last = HttpSpeechSynthesizer.call(**asked, api_key="sk-sdk", stream=True)
    refused = HttpSpeechSynthesizer.call(**{**asked, "model": OTHER_MODEL}, api_key="sk-sdk")
    return {
        "url": whole.audio_url,
        "pcm": base64.b64encode(b"".join(piece.audio_data for piece in pieces)).decode(),
        "is_whole": last.audio_data == b"".join(piece.audio_data for piece in pieces),
        "refused": [refused.status_code, refused.message],
    }


class Listener(ResultCallback):
    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.pcm = b""

    def on_event(self, message: str) -> None:
        self.kinds.append(json.loads(message)["payload"]["output"]["type"])

    def on_data(self, data: bytes) -> None:
        self.pcm += data


def run_tasks() -> dict[str, object]:
    """Run a task for a whole text, one for a text in pieces, and one that fails."""
    dashscope.api_key = "sk-sdk"
    asked = {"format": AudioFormat.PCM_24000HZ_MONO_16BIT, "url": TASKS_URL}
    whole = SpeechSynthesizer(model=MODEL, voice=VOICE, **asked).call(TEXT)
    listener = Listener()
    streamed = SpeechSynthesizer(model=MODEL, voice=VOICE, callback=listener, **asked)
    for text in ("Good evening,", " and welcome. ", "Goodbye"):
        streamed.streaming_call(text)
    streamed.streaming_complete()
    try:
        SpeechSynthesizer(model=OTHER_MODEL, voice=VOICE, **asked).call(TEXT)
        failure = ""
    except RequestFailure as error:
        failure = str(error.message)
    return {
        "pcm": base64.b64encode(whole).decode(),
        "kinds": listener.kinds,
        "streamed_bytes": len(listener.pcm),
        "failure": failure,
    }


def use_the_new_client() -> dict[str, object]:
    """Do the same with the client that 2.x alone has."""
    from dashscope.v2.errors import BadRequestError

    client = dashscope.Client(api_key="sk-sdk", base_url=BASE_URL, max_retries=0)
    created = client.audio.voices.create(
        target_model=MODEL,
        prefix="sdk",
        url="",
        language_hints=["en"],
        extra_input=DESIGN,
        parameters={"sample_rate": RATE_HZ, "response_format": "wav"},
    )
    voice = created.voice_id
    listed = [item["voice_id"] for item in client.audio.voices.list().voices]
    status = client.audio.voices.get(voice).status
    client.audio.voices.delete(voice)
    try:
        client.audio.voices.get(voice)
        missing = ""
    except BadRequestError as error:
        missing = str(error.code)
    asked = {"model": MODEL, "voice": VOICE, "format": "pcm", "sample_rate": RATE_HZ}
    chunks = list(client.audio.tts.http.stream(TEXT, **asked))
    with client.audio.tts.connect(**asked, ws_url=TASKS_URL) as session:
        session.send_text(TEXT)
        session.stop()
        pcm = b"".join(session.audio_chunks())
        usage = session.usage
    return {
        "voice": voice,
        "preview_bytes": len(base64.b64decode(created.preview_audio["data"])),
        "is_listed": voice in listed,
        "status": status,
        "missing": missing,
        "streamed": base64.b64encode(b"".join(chunk.audio or b"" for chunk in chunks)).decode(),
        "is_final": [chunk.is_final for chunk in chunks],
        "pcm": base64.b64encode(pcm).decode(),
        "usage": usage,
    }


if __name__ == "__main__":
    BASE_URL, TASKS_URL, VOICE = sys.argv[1:]
    dashscope.base_http_api_url = BASE_URL
    done = {"design": design(), "http": speak_over_http(), "tasks": run_tasks()}
    if hasattr(dashscope, "Client"):
        done["client"] = use_the_new_client()
    sys.stdout.write(json.dumps(done) + "\n")
