"""The four actions of voice design, carried out in the account."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from voiceops.sandbox import refusals
from voiceops.sandbox.account import END_OF_TIME, Account, Bill, Voice
from voiceops.sandbox.actions import MODEL, Action, Create, Delete, ListVoices, Query
from voiceops.sandbox.clock import Clock, write_time
from voiceops.sandbox.encoding import encode
from voiceops.sandbox.script import Behaviour, Echo, Queried, TooLarge
from voiceops.sandbox.store import Store
from voiceops.sandbox.synthesizer import synthesize

_TRIES_FOR_A_NAME = 64
_MILLISECOND_DIGITS = 17
_REDUCED_FIELDS = ("voice", "gmt_create", "gmt_modified", "language", "target_model")

Document = Mapping[str, object]


def make_suffix() -> str:
    """Make the random end of a voice name: 4 hex digits."""
    return secrets.token_hex(2)


class Design:
    """The design of voices, and what it keeps of them."""

    def __init__(
        self, store: Store, clock: Clock, behaviour: Behaviour, *, suffix: Callable[[], str]
    ) -> None:
        self._store = store
        self._clock = clock
        self._behaviour = behaviour
        self._suffix = suffix

    def perform(self, action: Action, *, is_reply_lost: bool) -> Document:
        """Carry an action out; raises the refusals of the service."""
        match action:
            case Create():
                return self._create(action, is_reply_lost=is_reply_lost)
            case ListVoices():
                return self._list(action)
            case Query(voice):
                return self._query(voice)
            case Delete(voice):
                return self._delete(voice)

    def _create(self, create: Create, *, is_reply_lost: bool) -> Document:
        made = self._clock.now()
        with self._store.write() as account:
            if account.count_voices() >= self._behaviour.quota:
                raise refusals.quota_full()
            voice = self._design(create, made, account)
            account.add_voice(voice)
            bill = Bill(MODEL, voice.voice, voice.gmt_create, is_reply_lost=is_reply_lost)
            account.add_bill(bill)
        rate_hz = create.sample_rate_hz
        pcm = synthesize(
            voice.voice, create.voice_prompt, create.preview_text, sample_rate_hz=rate_hz
        )
        audio = encode(pcm, sample_rate_hz=rate_hz, response_format=create.response_format)
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

    def _design(self, create: Create, made: datetime, account: Account) -> Voice:
        return Voice(
            voice=self._name(create.preferred_name, made, account),
            target_model=create.target_model,
            language=create.language,
            voice_prompt=create.voice_prompt,
            preview_text=create.preview_text,
            gmt_create=write_time(made),
            gmt_modified=write_time(made),
        )

    def _name(self, preferred_name: str, made: datetime, account: Account) -> str:
        """Make a name that no voice has or had: the time, to the millisecond, and 4 hex."""
        stamp = f"{made:%Y%m%d%H%M%S}"
        if self._behaviour.stamp_digits == _MILLISECOND_DIGITS:
            stamp += f"{made.microsecond // 1000:03}"
        for _ in range(_TRIES_FOR_A_NAME):
            name = f"qwen-tts-vd-{preferred_name}-voice-{stamp}-{self._suffix()}"
            if not account.was_billed(name):
                return name
        raise refusals.internal_error()

    def _list(self, page: ListVoices) -> Document:
        behaviour = self._behaviour
        page_size = min(page.page_size, behaviour.max_page_size)
        if page_size < page.page_size and behaviour.above_max_page_size is TooLarge.REFUSE:
            raise refusals.invalid_parameter("page_size")
        made_until = self._find_newest_visible()
        with self._store.read() as account:
            total_count = account.count_voices(made_until=made_until)
            voices = account.list_voices(
                skip=page.page_index * page_size,
                take=page_size,
                order=behaviour.order,
                made_until=made_until,
            )
        output = {
            "page_index": page.page_index,
            "page_size": page_size,
            "total_count": total_count,
            "voice_list": [self._show(voice) for voice in voices],
        }
        return {"output": output, "usage": {}}

    def _find_newest_visible(self) -> str:
        """Find when the newest voice was made that a listing shows."""
        delay = timedelta(seconds=self._behaviour.visible_after_s)
        return write_time(self._clock.now() - delay) if delay else END_OF_TIME

    def _query(self, name: str) -> Document:
        with self._store.read() as account:
            voice = account.find_voice(name)
        if voice is None:
            raise refusals.voice_not_found(name)
        shown = self._show(voice)
        if self._behaviour.query is Queried.REDUCED:
            shown = {field: shown[field] for field in _REDUCED_FIELDS}
        return {"output": shown, "usage": {}}

    def _delete(self, name: str) -> Document:
        with self._store.write() as account:
            was_there = account.remove_voice(name)
        if not was_there:
            raise refusals.voice_not_found(name)
        return {"output": {"voice": name}, "usage": {}}

    def _show(self, voice: Voice) -> dict[str, object]:
        shown = replace(
            voice,
            voice_prompt=_echo(voice.voice_prompt, self._behaviour.echo),
            preview_text=_echo(voice.preview_text, self._behaviour.echo),
        )
        return asdict(shown)


def _echo(text: str, echo: Echo) -> str:
    match echo:
        case Echo.VERBATIM:
            return text
        case Echo.TRIMMED:
            return text.strip()
        case Echo.SINGLE_SPACED:
            return " ".join(text.split())
