"""What was said over HTTP, kept for a download."""

from __future__ import annotations

import re

from voiceops.sandbox import refusals
from voiceops.sandbox.account import Recording
from voiceops.sandbox.clock import Clock
from voiceops.sandbox.encoding import encode
from voiceops.sandbox.messages import Reply
from voiceops.sandbox.store import Store
from voiceops.sandbox.synthesizer import synthesize

AUDIO_PATH = "/audio/"

_URL_LIFETIME_S = 24 * 3600
_AUDIO_NAME = re.compile(r"/audio/(audio_[0-9a-f-]{36})\.([a-z]+)")
_CONTENT_TYPES = {"wav": "audio/wav", "pcm": "audio/pcm"}


class Recordings:
    """The recordings of an account, each of which can be had for 24 hours."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keep(self, said: Recording, *, host: str) -> dict[str, object]:
        """Keep what was said, and give the `audio` of the reply, without data."""
        now = int(self._clock.now().timestamp())
        expires_at = now + _URL_LIFETIME_S
        with self._store.write() as account:
            account.add_recording(said, expires_at=expires_at, now=now)
        url = f"http://{host}{AUDIO_PATH}{said.id}.{said.response_format}"
        return {"data": "", "url": url, "id": said.id, "expires_at": expires_at}

    def download(self, path: str) -> Reply:
        """Give the audio that a reply named; raises Rejected if it is not there any more."""
        match = _AUDIO_NAME.fullmatch(path)
        now = int(self._clock.now().timestamp())
        with self._store.read() as account:
            said = account.find_recording(match[1], now=now) if match else None
        if match is None or said is None or said.response_format != match[2]:
            raise refusals.audio_expired()
        rate_hz = said.sample_rate_hz
        pcm = b""
        if said.text:
            pcm = synthesize(said.voice, said.description, said.text, sample_rate_hz=rate_hz)
        audio = encode(pcm, sample_rate_hz=rate_hz, response_format=said.response_format)
        return Reply(200, {"Content-Type": _CONTENT_TYPES[said.response_format]}, audio)
