"""The four actions of voice design, carried out in the account."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from voiceops.sandbox import refusals
from voiceops.sandbox.account import Account, Bill, Voice
from voiceops.sandbox.clock import Clock, write_time
from voiceops.sandbox.families.qwen.actions import (
    MODEL,
    Action,
    Create,
    Delete,
    ListVoices,
    Query,
    find_subject,
    read_action,
)
from voiceops.sandbox.jobs import Job
from voiceops.sandbox.messages import Reply, make_reply
from voiceops.sandbox.previews import make_preview
from voiceops.sandbox.script import Behaviour, Family, Queried
from voiceops.sandbox.showing import echo_text, find_newest_visible, limit_page_size
from voiceops.sandbox.store import Store

_TRIES_FOR_A_NAME = 64
_MILLISECOND_DIGITS = 17
_REDUCED_FIELDS = ("voice", "gmt_create", "gmt_modified", "language", "target_model")

Document = Mapping[str, object]


def make_suffix() -> str:
    """Make the random end of a voice name: 4 hex digits."""
    return secrets.token_hex(2)


class Design:
    """The design of voices, and what it keeps of them."""

    family = Family.QWEN

    def __init__(
        self, store: Store, clock: Clock, behaviour: Behaviour, *, suffix: Callable[[], str]
    ) -> None:
        self._store = store
        self._clock = clock
        self._behaviour = behaviour
        self._suffix = suffix

    def understand(self, document: Document, *, request_id: str) -> Job:
        """Read an action from the body of a request; raises Rejected with the first fault."""
        action = read_action(document)

        def perform(is_reply_lost: bool) -> Reply:
            done = self._perform(action, is_reply_lost=is_reply_lost)
            return make_reply(200, {**done, "request_id": request_id})

        return Job(find_subject(action), perform)

    def _perform(self, action: Action, *, is_reply_lost: bool) -> Document:
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
            if account.count_voices(Family.QWEN) >= self._behaviour.quota:
                raise refusals.quota_full()
            voice = self._design(create, made, account)
            account.add_voice(voice)
            bill = Bill(MODEL, voice.voice, voice.gmt_create, is_reply_lost=is_reply_lost)
            account.add_bill(bill)
        output = {
            "preview_audio": make_preview(
                voice,
                sample_rate_hz=create.sample_rate_hz,
                response_format=create.response_format,
            ),
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
        page_size = limit_page_size(page.page_size, behaviour)
        made_until = find_newest_visible(behaviour, self._clock.now())
        with self._store.read() as account:
            total_count = account.count_voices(Family.QWEN, made_until=made_until)
            voices = account.list_voices(
                Family.QWEN,
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

    def _query(self, name: str) -> Document:
        with self._store.read() as account:
            voice = account.find_voice(name, Family.QWEN)
        if voice is None:
            raise refusals.voice_not_found(name)
        shown = self._show(voice)
        if self._behaviour.query is Queried.REDUCED:
            shown = {field: shown[field] for field in _REDUCED_FIELDS}
        return {"output": shown, "usage": {}}

    def _delete(self, name: str) -> Document:
        with self._store.write() as account:
            was_there = account.remove_voice(name, Family.QWEN)
        if not was_there:
            raise refusals.voice_not_found(name)
        return {"output": {"voice": name}, "usage": {}}

    def _show(self, voice: Voice) -> dict[str, object]:
        echo = self._behaviour.echo
        return {
            "voice": voice.voice,
            "target_model": voice.target_model,
            "language": voice.language,
            "voice_prompt": echo_text(voice.voice_prompt, echo),
            "preview_text": echo_text(voice.preview_text, echo),
            "gmt_create": voice.gmt_create,
            "gmt_modified": voice.gmt_modified,
        }
