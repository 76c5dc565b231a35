"""What the vendor's SDK is asked to do; run with a Python that has it, prints JSON.

`python sdk_session.py BASE_URL REALTIME_URL HTTP_VOICE REALTIME_VOICE`
"""

from __future__ import annotations

import base64
import json
import sys
import threading

import dashscope
from dashscope.audio.qwen_tts_realtime import (
    AudioFormat,
    QwenTtsRealtime,
    QwenTtsRealtimeCallback,
)

HTTP_MODEL = "qwen3-tts-vd-2026-01-26"
REALTIME_MODEL = "qwen3-tts-vd-realtime-2026-01-15"
TEXT = "Good evening, and welcome."


def design() -> dict[str, object]:
    """Create, list, get and delete a voice, and get it once more; 2.x alone can."""
    from dashscope.v2.errors import BadRequestError

    client = dashscope.Client(api_key="sk-sdk", base_url=BASE_URL, max_retries=0)
    voices = client.audio.voice_design
    created = voices.create(
        target_model=HTTP_MODEL,
        voice_prompt="A calm voice.",
        preview_text="Hello there.",
        preferred_name="sdk",
        language="en",
    )
    name = created.voice
    listed = [voice["voice"] for voice in voices.list().voices]
    got = voices.get(name)
    voices.delete(name)
    try:
        voices.get(name)
        missing = ""
    except BadRequestError as error:
        missing = str(error.code)
    return {
        "voice": name,
        "preview_bytes": len(base64.b64decode(created.preview_audio["data"])),
        "is_listed": name in listed,
        "prompt": got.voice_prompt,
        "missing": missing,
    }


def call(**changed: object):
    asked = {"model": HTTP_MODEL, "api_key": "sk-sdk", "text": TEXT, "voice": HTTP_VOICE}
    return dashscope.MultiModalConversation.call(**{**asked, "stream": False, **changed})


def speak() -> dict[str, object]:
    reply = call(language_type="English")
    return {
        "status": reply.status_code,
        "url": reply.output.audio.url,
        "finish_reason": reply.output.finish_reason,
        "characters": reply.usage.characters,
    }


def stream() -> dict[str, object]:
    pcm = b""
    reasons = []
    for reply in call(stream=True):
        assert reply.status_code == 200, reply
        reasons.append(reply.output.finish_reason)
        pcm += base64.b64decode(reply.output.audio.data)
    return {"pcm": base64.b64encode(pcm).decode(), "reasons": reasons}


def refuse() -> list[list[object]]:
    """Ask for what cannot be: with a wrong voice, without and with a stream."""
    plain = call(voice="Cherry")
    streamed = list(call(voice="Cherry", stream=True))
    return [[reply.status_code, reply.code] for reply in (plain, *streamed)]


class Listener(QwenTtsRealtimeCallback):
    def __init__(self) -> None:
        self.over = threading.Event()
        self.kinds: list[str] = []
        self.pcm = b""

    def on_open(self) -> None: ...

    def on_close(self, close_status_code: object, close_msg: object) -> None:
        self.over.set()

    def on_event(self, response: dict) -> None:
        self.kinds.append(response["type"])
        if response["type"] == "response.audio.delta":
            self.pcm += base64.b64decode(response["delta"])
        if response["type"] == "session.finished":
            self.over.set()


def hold_session(voice: str) -> dict[str, object]:
    dashscope.api_key = "sk-sdk"
    listener = Listener()
    session = QwenTtsRealtime(model=REALTIME_MODEL, callback=listener, url=REALTIME_URL)
    session.connect()
    session.update_session(
        voice=voice, response_format=AudioFormat.PCM_24000HZ_MONO_16BIT, mode="server_commit"
    )
    for text in ("Good evening,", " and welcome. ", "Goodbye"):
        session.append_text(text)
    session.finish()
    assert listener.over.wait(30)
    session.close()
    return {
        "kinds": listener.kinds,
        "pcm": base64.b64encode(listener.pcm).decode(),
        "has_session": bool(session.get_session_id()),
    }


if __name__ == "__main__":
    BASE_URL, REALTIME_URL, HTTP_VOICE, REALTIME_VOICE = sys.argv[1:]
    dashscope.base_http_api_url = BASE_URL
    done = {
        "speak": speak(),
        "stream": stream(),
        "refuse": refuse(),
        "realtime": hold_session(REALTIME_VOICE),
    }
    if hasattr(dashscope, "Client"):
        done["design"] = design()
    sys.stdout.write(json.dumps(done) + "\n")
