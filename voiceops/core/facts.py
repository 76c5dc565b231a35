"""Everything that planning may look at, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from voiceops.core.desired import Desired
from voiceops.core.lock import Lock
from voiceops.core.planning.neighbours import Neighbour
from voiceops.core.settings import Options, Settings
from voiceops.core.voice import LiveVoice
from voiceops.errors import Fault

# What another clock than the service's says, or a stamp in a zone that nobody states, may be off
# by so much.
DOUBT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Intent:
    """A create that may have been sent, and of which nothing is known yet.

    `before` holds the voices of this preferred name that were live when it was written, and the
    one that the name stood for. `spec` is the digest of what was to be sent. `made` is the voice
    that it made, if only the lockfile does not know yet. `at` is the time of the sending by the
    clock of the machine that sent it, `told` the latest that it can have been by the service's:
    None if that was not known. `saw` is the voice that the name stood for then, empty if there
    was none, None if nobody noted it. `sent` is the name that was sent, empty if it was the name
    itself; `seen` the digest of the spec as a listing echoes it, empty if that is `spec`.
    """

    id: str
    at: datetime
    name: str
    spec: str
    target_model: str
    language: str
    protect: bool
    before: frozenset[str]
    made: str = ""
    told: datetime | None = None
    saw: str | None = None
    sent: str = ""
    seen: str = ""

    @property
    def sent_by(self) -> datetime:
        """The latest that it can have been sent, by the service's time."""
        return self.told or self.at + DOUBT

    def doubted(self, *, wall: datetime, earliest: datetime) -> Intent:
        """Give it as it is at a moment, which is `wall` by this machine's clock.

        `earliest` is the service's time then. If that has gone on by more than this machine's since
        the sending, one of the two was set, and nobody knows which: the shorter span counts.
        """
        return replace(self, told=max(self.sent_by, earliest - (wall - self.at)))

    def may_have_made(self, voice: LiveVoice) -> bool:
        """Tell whether a voice is what this create was to make, and was not there before it."""
        return voice.preferred_name == (self.sent or self.name) and self._fits(voice)

    def has_made(self, voice: LiveVoice) -> bool:
        """Tell the same of a voice that the service returned, whose name may have any form."""
        return voice.preferred_name in {self.sent or self.name, None} and self._fits(voice)

    def _fits(self, voice: LiveVoice) -> bool:
        if voice.voice_id in self.before or voice.spec is None:
            return False
        return (self.seen or self.spec) in (voice.spec.digest, voice.former_spec)


@dataclass(frozen=True, slots=True)
class Claims:
    """What belongs to the other environments of this repository, or may.

    Their lockfiles name `voices` and `deposed`; their journals on this machine add voices that
    are paid for and not recorded yet, and the creates that are under way, `intents`. `missing` are
    the names of lockfiles that are not there, though their environments may have voices here.
    """

    voices: frozenset[str] = frozenset()
    deposed: frozenset[str] = frozenset()
    intents: tuple[Intent, ...] = ()
    missing: tuple[str, ...] = ()

    def cover(self, voice: LiveVoice) -> bool:
        """Tell whether a voice belongs to another environment, or may."""
        if voice.voice_id in self.voices or voice.voice_id in self.deposed:
            return True
        return any(intent.may_have_made(voice) for intent in self.intents)


@dataclass(frozen=True, slots=True)
class Overlooked:
    """A file that looks like a manifest and is not read.

    `names` are those that it declares, and their aliases; None if that cannot be told.
    """

    path: str
    names: frozenset[str] | None

    def may_declare(self, name: str) -> bool:
        """Tell whether the file speaks of a voice, as far as it can be read."""
        return self.names is None or name in self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is declared, locked, claimed, live and remembered at one moment.

    `live` is a complete listing; `queried` has an answer for every locked, deposed or declared
    voice that it lacks: None if the service says that there is no such voice. From the journal
    come the open `intents`, the voices `deleted` less than `settle_s` ago, those being `deleting`
    (sent, outcome unknown), and when voices were `made`, at the latest. `now` is the earliest that
    the listing can have begun, in UTC, by the service's own time; if it told none, `ahead` is None
    and `now` is this machine's time. Otherwise that is how far this machine's clock is ahead of
    the service's. The digests in `lock` are of today's form; `restated` are the names whose entries
    in the file still have one of a former form. `overlooked` are files that look like manifests.
    `unreachable` are the families whose voices could not be listed, with what they answered.
    The order of nothing here matters.
    """

    environment: str
    endpoint: str
    desired: tuple[Desired, ...]
    lock: Lock
    live: tuple[LiveVoice, ...]
    now: datetime
    ahead: timedelta | None = timedelta()
    claims: Claims = Claims()
    queried: Mapping[str, LiveVoice | None] = field(default_factory=dict)
    intents: tuple[Intent, ...] = ()
    deleted: frozenset[str] = frozenset()
    deleting: frozenset[str] = frozenset()
    made: Mapping[str, datetime] = field(default_factory=dict)
    settings: Settings
    options: Options
    warnings: tuple[Fault, ...] = ()
    restated: frozenset[str] = frozenset()
    neighbours: tuple[Neighbour, ...] = ()
    overlooked: tuple[Overlooked, ...] = ()
    unreachable: Mapping[str, str] = field(default_factory=dict)

    @property
    def earliest(self) -> datetime:
        """The earliest that the listing can have begun, whatever clock told of it."""
        return self.now if self.ahead is not None else self.now - DOUBT
