"""A voice as the service lists it, and what its generated name tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from voiceops.core.families.family import Family
from voiceops.core.families.known import (
    FAMILIES,
    family_of_voice,
    find_family,
    parse_voice_name,
)
from voiceops.core.forms import read_created_at
from voiceops.core.spec import Spec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Status(StrEnum):
    """Whether a voice can speak: a family may review it after its create was answered."""

    READY = "ready"
    IN_REVIEW = "in_review"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class LiveVoice:
    """A voice that the service lists.

    `spec` is what the service echoes, normalised; what its family never tells is empty in it. It
    is None if the prompt or the preview text were not told. `created` is `gmt_create` verbatim,
    empty if it was not told. `former_spec` is the digest that an older lockfile has of this spec,
    empty if it has none but that of today.
    """

    voice_id: str
    spec: Spec | None
    target_model: str = ""
    language: str = ""
    created: str = ""
    former_spec: str = ""
    status: Status = Status.READY
    family_key: str = ""

    @property
    def family(self) -> Family:
        """The family that lists it, if that was told, else that of its name."""
        return find_family(self.family_key) or family_of_voice(self.voice_id) or FAMILIES[0]

    @property
    def preferred_name(self) -> str | None:
        """The name it was asked for under, or None if its name is not of our family's pattern."""
        name = parse_voice_name(self.voice_id)
        return name.preferred_name if name else None


def read_created(voice_id: str, created: str) -> datetime | None:
    """Tell when a voice was made: from `gmt_create`, else from the stamp in its name, else None."""
    moment = read_created_at(created)
    if moment:
        return moment
    name = parse_voice_name(voice_id)
    return name.created_at if name else None


def by_age(voice: LiveVoice) -> tuple[bool, datetime, str]:
    """Sort voices by when they were made, the newest last; those of unknown age come first."""
    made = read_created(voice.voice_id, voice.created)
    return made is not None, made or _EPOCH, voice.voice_id
