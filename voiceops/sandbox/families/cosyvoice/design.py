"""The actions of `voice-enrollment`, carried out in the account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from voiceops.sandbox.account import Account, Bill, Voice
from voiceops.sandbox.clock import Clock, write_time
from voiceops.sandbox.families.cosyvoice import refusals
from voiceops.sandbox.families.cosyvoice.actions import (
    MODEL,
    Action,
    Create,
    Delete,
    ListVoices,
    Query,
    find_subject,
    read_action,
)
from voiceops.sandbox.families.cosyvoice.names import name_design, read_prefix
from voiceops.sandbox.families.cosyvoice.review import review, tell_status
from voiceops.sandbox.jobs import Job
from voiceops.sandbox.messages import Reply, make_reply
from voiceops.sandbox.previews import make_preview
from voiceops.sandbox.script import Behaviour, EnrollmentCreate, EnrollmentList, Family
from voiceops.sandbox.showing import echo_text, find_newest_visible, limit_page_size
from voiceops.sandbox.store import Store

Document = Mapping[str, object]


class Design:
    """The design of voices, and what it keeps of them; `make_tail` gives 32 hex digits."""

    family = Family.COSYVOICE

    def __init__(
        self, store: Store, clock: Clock, behaviour: Behaviour, *, make_tail: Callable[[], str]
    ) -> None:
        self._store = store
        self._clock = clock
        self._behaviour = behaviour
        self._make_tail = make_tail

    def understand(self, document: Document, *, request_id: str) -> Job:
        """Read an action from the body of a request; raises Rejected with the first fault."""
        action = read_action(document)

        def perform(is_reply_lost: bool) -> Reply:
            done = self._perform(action, is_reply_lost=is_reply_lost)
            return make_reply(200, {**done, "request_id": request_id})

        return Job(find_subject(action), perform)

    def _perform(self, action: Action, *, is_reply_lost: bool) -> Document:
        match action:
            case Create():
                return self._create(action, is_reply_lost=is_reply_lost)
            case ListVoices():
                return self._list(action)
            case Query(voice_id):
                return self._query(voice_id)
            case Delete(voice_id):
                return self._delete(voice_id)

    def _create(self, create: Create, *, is_reply_lost: bool) -> Document:
        voice = self._design(create, self._clock.now())
        with self._store.write() as account:
            self._check_quota(account)
            account.add_voice(voice)
            # It costs nothing, but the ledger is where creates can be counted.
            bill = Bill(MODEL, voice.voice, voice.gmt_create, is_reply_lost=is_reply_lost)
            account.add_bill(bill)
        output: dict[str, object] = {
            "preview_audio": make_preview(
                voice,
                sample_rate_hz=create.sample_rate_hz,
                response_format=create.response_format,
            ),
            "target_model": voice.target_model,
            "voice_id": voice.voice,
        }
        if self._behaviour.enrollment_create is EnrollmentCreate.WITHOUT_MODEL:
            del output["target_model"]
        return {"output": output, "usage": {"count": 1}}

    def _check_quota(self, account: Account) -> None:
        """Raise QuotaFull if the account holds as many as it may; clones count, too."""
        quota = self._behaviour.enrollment_quota
        if account.count_voices(Family.COSYVOICE) >= quota:
            raise refusals.quota_full(quota)

    def _design(self, create: Create, made: datetime) -> Voice:
        ready = made + timedelta(seconds=self._behaviour.deploying_s)
        return Voice(
            voice=name_design(create.target_model, create.prefix, self._make_tail()),
            target_model=create.target_model,
            language=create.language,
            voice_prompt=create.voice_prompt,
            preview_text=create.preview_text,
            gmt_create=write_time(made),
            gmt_modified=write_time(made),
            family=Family.COSYVOICE,
            status=review(create.voice_prompt, self._behaviour.refuse_word),
            ready_at=write_time(ready),
        )

    def _list(self, page: ListVoices) -> Document:
        behaviour = self._behaviour
        page_size = limit_page_size(page.page_size, behaviour)
        now = self._clock.now()
        with self._store.read() as account:
            voices = account.list_voices(
                Family.COSYVOICE,
                order=behaviour.order,
                made_until=find_newest_visible(behaviour, now),
            )
        # Whether a prefix need only begin like the one that is asked for is unknown.
        found = [voice for voice in voices if page.prefix in {"", read_prefix(voice.voice)}]
        shown = [
            self._show(voice, now) for voice in found[page.page_index * page_size :][:page_size]
        ]
        if behaviour.enrollment_list is EnrollmentList.DOCUMENTED:
            for fields in shown:
                del fields["target_model"]
            return {"output": {"voice_list": shown}, "usage": {"count": 1}}
        output = {
            "page_index": page.page_index,
            "page_size": page_size,
            "total_count": len(found),
            "voice_list": shown,
        }
        return {"output": output, "usage": {"count": 1}}

    def _query(self, voice_id: str) -> Document:
        with self._store.read() as account:
            voice = account.find_voice(voice_id, Family.COSYVOICE)
        if voice is None:
            raise refusals.voice_not_found()
        shown = self._show(voice, self._clock.now())
        if not voice.voice_prompt:  # the documented answer to a clone does not repeat its name
            del shown["voice_id"]
            shown["resource_link"] = f"https://example.com/{voice_id}.wav"
        return {"output": shown, "usage": {}}

    def _delete(self, voice_id: str) -> Document:
        with self._store.write() as account:
            was_there = account.remove_voice(voice_id, Family.COSYVOICE)
        if not was_there:
            raise refusals.voice_not_found()
        return {"output": {}, "usage": {"count": 1}}

    def _show(self, voice: Voice, now: datetime) -> dict[str, object]:
        """Show a voice; its language is not told, and a clone has no texts."""
        shown: dict[str, object] = {
            "voice_id": voice.voice,
            "gmt_create": voice.gmt_create,
            "gmt_modified": voice.gmt_modified,
            "target_model": voice.target_model,
            "status": tell_status(voice, now),
        }
        if voice.voice_prompt:
            echo = self._behaviour.echo
            shown["voice_prompt"] = echo_text(voice.voice_prompt, echo)
            shown["preview_text"] = echo_text(voice.preview_text, echo)
        return shown
