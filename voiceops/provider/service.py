"""The voice service: four actions, in the words of each family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from voiceops.clock import Clock
from voiceops.core.desired import Desired
from voiceops.core.families.family import Listing
from voiceops.core.families.known import FAMILIES, family_of_voice
from voiceops.core.voice import LiveVoice
from voiceops.errors import (
    AuthenticationFailed,
    ModelGone,
    OutcomeUnknown,
    ProtocolViolated,
    ServiceError,
    Throttled,
    VoiceNotFound,
)
from voiceops.provider.answer import Answer, read_answer
from voiceops.provider.create import (
    UNKNOWN_HINT,
    UNKNOWN_NOTE,
    read_created,
    write_create,
)
from voiceops.provider.dialect import Dialect
from voiceops.provider.families.known import DIALECTS
from voiceops.provider.listing import Page, list_all
from voiceops.provider.protocol import Created
from voiceops.provider.repeatable import take_document
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.exchange import MIB, Call, ReplyLost
from voiceops.provider.transport.http import Http
from voiceops.provider.transport.pace import Pace
from voiceops.provider.transport.retry import limit_pause, send_again
from voiceops.provider.voices import read_page, read_queried

PATH = "/services/audio/tts/customization"
CREATE_TIME_LIMIT_S = 120.0
CREATE_SIZE_LIMIT_BYTES = 32 * MIB
# What a throttled create pauses everybody for, if the service names no time.
THROTTLED_PAUSE_S = 1.0


class Service:
    """The voice service of an account, all its families; see `Provider` for what it promises.

    Families that are in `use` are listed; the first of all, if none is. All threads and families
    share one pace. `tell` hears of requests that are sent again, from any
    thread.
    """

    def __init__(
        self,
        access: Access,
        *,
        requests_per_minute: int,
        listing: Listing | None = None,
        families: Iterable[str] = (),
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._key = access.key
        self._effects = access.effects
        self.clock = Clock(access.effects)
        self.unreachable: Mapping[str, str] = {}
        self._listing = listing
        self._families = set(families)
        self._tell = tell
        self._pace = Pace(requests_per_minute, effects=access.effects)
        self._http = open_http(access)

    def use(self, families: Iterable[str]) -> bool:
        """List these families, too, from now on; tells whether any is new."""
        more = set(families) - self._families
        self._families |= more
        return bool(more)

    def list(self) -> tuple[LiveVoice, ...]:
        """List all voices; see `list_all` for when a listing is complete."""
        found: dict[str, LiveVoice] = {}
        refused: dict[str, ServiceError] = {}
        in_use = sorted(self._families or {FAMILIES[0].key})
        for key in in_use:
            dialect = DIALECTS[key]
            rule = self._listing or dialect.family.listing
            try:
                listed = list_all(partial(self._fetch_page, dialect), rule=rule)
            except (ModelGone, AuthenticationFailed) as error:
                refused[key] = error
                continue
            found |= {voice.voice_id: voice for voice in listed}
        if len(refused) == len(in_use):
            raise refused[in_use[0]]
        self.unreachable = {key: error.message for key, error in refused.items()}
        return tuple(found[voice_id] for voice_id in sorted(found))

    def query(self, voice_id: str) -> LiveVoice | None:
        """Look one voice up by its name."""
        label, dialect = f"query {voice_id}", _dialect_of(voice_id)
        try:
            document = self._ask(label, dialect, dialect.query, {dialect.voice: voice_id})
        except VoiceNotFound:
            return None
        return read_queried(document, dialect, label=label)

    def create(self, desired: Desired, *, announce: Callable[[], None]) -> Created:
        """Send one create when it is its turn, and never again."""
        dialect = DIALECTS[desired.family.key]
        call = Call(
            f"create {desired.name}",
            write_create(dialect, desired),
            time_limit_s=CREATE_TIME_LIMIT_S,
            size_limit_bytes=CREATE_SIZE_LIMIT_BYTES,
            is_fresh=True,
        )
        self._pace.wait()
        announce()
        try:
            return read_created(self._exchange(call), desired, dialect)
        except Throttled as error:
            self._pace.pause(limit_pause(error) or THROTTLED_PAUSE_S)
            raise
        except (ReplyLost, ProtocolViolated) as error:
            message = f"{error.message}; {UNKNOWN_NOTE}"
            raise OutcomeUnknown(message, hint=UNKNOWN_HINT) from error

    def delete(self, voice_id: str) -> None:
        """Delete a voice, or find it gone; whether it is, the next listing shows."""
        dialect = _dialect_of(voice_id)
        try:
            self._ask(f"delete {voice_id}", dialect, dialect.delete, {dialect.voice: voice_id})
        except VoiceNotFound:
            return

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _fetch_page(self, dialect: Dialect, index: int, size: int) -> Page:
        pages = {"page_index": index, "page_size": size}
        return read_page(self._ask("list", dialect, dialect.list, pages), dialect, label="list")

    def _ask(
        self, label: str, dialect: Dialect, action: str, values: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Send what changes nothing when it is sent again."""
        body = {"model": dialect.family.api, "input": {"action": action, **values}}
        return send_again(
            partial(self._try, Call(label, body)),
            pace=self._pace,
            effects=self._effects,
            tell=self._tell,
        )

    def _try(self, call: Call) -> Mapping[str, object]:
        self._pace.wait()
        asked = self.clock.mark()
        answer = self._exchange(call)
        document = take_document(answer)
        self.clock.hear(answer.date, asked=asked)
        return document

    def _exchange(self, call: Call) -> Answer:
        reply = self._http.post(call)
        return read_answer(reply, label=call.label, key=self._key, now=self._effects.now())


def _dialect_of(voice_id: str) -> Dialect:
    """Give the dialect of the family that designed a voice; the first for a name of no form."""
    return DIALECTS[(family_of_voice(voice_id) or FAMILIES[0]).key]


def open_http(access: Access) -> Http:
    """Open what posts to the four actions, which share one address."""
    headers = {
        **access.headers,
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # so that no small reply unfolds into a large one
    }
    return Http(
        access.endpoint.base_url + PATH, headers, effects=access.effects, handler=access.handler
    )
