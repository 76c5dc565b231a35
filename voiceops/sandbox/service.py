"""The service itself: a request in, a reply out, over the account in the store."""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from pathlib import Path

from voiceops.errors import FileUnusable, ServiceError
from voiceops.sandbox import refusals
from voiceops.sandbox.account import Account, Bill, Voice
from voiceops.sandbox.actions import (
    MODEL,
    Action,
    Create,
    Delete,
    ListVoices,
    Query,
    read_action,
)
from voiceops.sandbox.audio import make_preview
from voiceops.sandbox.messages import MAX_BODY_BYTES, Reply, Request, make_reply
from voiceops.sandbox.store import Store

CUSTOMIZATION_PATH = "/api/v1/services/audio/tts/customization"

# No document states the zone of the service's clock; public stamps fit UTC+8 (2026-11-22).
_ZONE = timezone(timedelta(hours=8))
_TRIES_FOR_A_NAME = 64

Document = Mapping[str, object]


def make_suffix() -> str:
    """Make the random end of a voice name: 4 hex digits."""
    return secrets.token_hex(2)


class Sandbox:
    """A stand-in of the voice design endpoint of one account; threads and processes may share it.

    `now` returns an aware time. Without an `api_key` any key is accepted, but there must be one.
    `max_page_size` clamps what a listing asks for, and the reply echoes the clamped size; the
    real service's cap, and what it does above it, is unknown.
    """

    def __init__(
        self,
        database: Path | None,
        *,
        now: Callable[[], datetime],
        api_key: str | None = None,
        quota: int = 1000,
        max_page_size: int = 100,
        suffix: Callable[[], str] = make_suffix,
    ) -> None:
        self._store = Store(database)
        self._now = now
        self._api_key = api_key
        self._quota = quota
        self._max_page_size = max_page_size
        self._suffix = suffix

    def handle(self, request: Request) -> Reply:
        """Answer a request; whatever it is, there is a reply, in the vendor's shape."""
        request_id = str(uuid.uuid4())
        try:
            document = self._serve(request)
        except ServiceError as refusal:
            return _refuse(refusal, request_id)
        except FileUnusable:
            return _refuse(refusals.internal_error(), request_id)
        return make_reply(200, {**document, "request_id": request_id})

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Answer a request as `handle` does, for callers that do not know its types."""
        reply = self.handle(Request(method, path, headers, body))
        return reply.status, reply.headers, reply.body

    def list_bills(self) -> tuple[Bill, ...]:
        """List what was billed, in the order of billing; deleting a voice takes nothing back."""
        with self._store.read() as account:
            return account.list_bills()

    def reset(self) -> None:
        """Forget all voices, and what was billed for them."""
        with self._store.write() as account:
            account.clear()

    def close(self) -> None:
        """Give the database back; requests that come after this are answered with a 500."""
        self._store.close()

    def _serve(self, request: Request) -> Document:
        if request.path != CUSTOMIZATION_PATH:
            raise refusals.no_such_path()
        if request.method != "POST":
            raise refusals.method_not_allowed()
        self._check_key(request.header("Authorization"))
        if len(request.body) > MAX_BODY_BYTES:
            raise refusals.body_too_large()
        return self._perform(read_action(request.body))

    def _check_key(self, authorization: str) -> None:
        scheme, _, rest = authorization.strip().partition(" ")
        key = rest.strip()
        # The vendor's own clients write the scheme in either case.
        if scheme.lower() != "bearer" or not key or self._api_key not in (None, key):
            raise refusals.invalid_key()

    def _perform(self, action: Action) -> Document:
        match action:
            case Create():
                return self._create(action)
            case ListVoices():
                return self._list(action)
            case Query(voice):
                return self._query(voice)
            case Delete(voice):
                return self._delete(voice)

    def _create(self, create: Create) -> Document:
        with self._store.write() as account:
            if account.count_voices() >= self._quota:
                raise refusals.quota_full()
            voice = self._design(create, account)
            account.add_voice(voice, item=MODEL)
        audio = make_preview(
            voice.voice,
            create.voice_prompt,
            sample_rate_hz=create.sample_rate_hz,
            response_format=create.response_format,
        )
        preview = {
            "data": base64.b64encode(audio).decode(),
            "sample_rate": create.sample_rate_hz,
            "response_format": create.response_format,
        }
        output = {
            "preview_audio": preview,
            "target_model": voice.target_model,
            "voice": voice.voice,
        }
        return {"output": output, "usage": {"count": 1}}

    def _design(self, create: Create, account: Account) -> Voice:
        made = self._now().astimezone(_ZONE)
        second = f"{made:%Y-%m-%d %H:%M:%S}"
        return Voice(
            voice=self._name(create.preferred_name, made, account),
            target_model=create.target_model,
            language=create.language,
            voice_prompt=create.voice_prompt,
            preview_text=create.preview_text,
            gmt_create=second,
            gmt_modified=second,
        )

    def _name(self, preferred_name: str, made: datetime, account: Account) -> str:
        """Make a name that no voice has or had: 17 digits of time, to the millisecond, 4 hex."""
        stamp = f"{made:%Y%m%d%H%M%S}{made.microsecond // 1000:03}"
        for _ in range(_TRIES_FOR_A_NAME):
            name = f"qwen-tts-vd-{preferred_name}-voice-{stamp}-{self._suffix()}"
            if not account.was_billed(name):
                return name
        raise refusals.internal_error()

    def _list(self, page: ListVoices) -> Document:
        page_size = min(page.page_size, self._max_page_size)
        with self._store.read() as account:
            total_count = account.count_voices()
            voices = account.list_voices(skip=page.page_index * page_size, take=page_size)
        output = {
            "page_index": page.page_index,
            "page_size": page_size,
            "total_count": total_count,
            "voice_list": [asdict(voice) for voice in voices],
        }
        return {"output": output, "usage": {}}

    def _query(self, name: str) -> Document:
        with self._store.read() as account:
            voice = account.find_voice(name)
        if voice is None:
            raise refusals.voice_not_found(name)
        return {"output": asdict(voice), "usage": {}}

    def _delete(self, name: str) -> Document:
        with self._store.write() as account:
            was_there = account.remove_voice(name)
        if not was_there:
            raise refusals.voice_not_found(name)
        return {"output": {"voice": name}, "usage": {}}


def _refuse(refusal: ServiceError, request_id: str) -> Reply:
    document = {"request_id": request_id, "code": refusal.code, "message": refusal.message}
    return make_reply(refusal.status, document)
