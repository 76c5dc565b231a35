"""A voice as a manifest declares it."""

from __future__ import annotations

from dataclasses import dataclass, field

from voiceops.core.spec import Spec
from voiceops.errors import Place

# What every family makes, and does if nothing else is asked for.
DEFAULT_SAMPLE_RATE_HZ = 24000
DEFAULT_RESPONSE_FORMAT = "wav"


@dataclass(frozen=True, slots=True)
class Desired:
    """One declared voice, its file's defaults filled in; names are unique in an environment.

    `protect` is None if the manifest does not speak of it: what the lockfile holds then stands.
    `sample_rate_hz` and `response_format` shape the preview alone. `adopt` names a voice to take;
    `pin` keeps the locked one while the text moves on.
    `inherited` has the places of the values that come from the file's defaults, by field.
    """

    name: str
    spec: Spec
    place: Place
    sample_rate_hz: int = DEFAULT_SAMPLE_RATE_HZ
    response_format: str = DEFAULT_RESPONSE_FORMAT
    protect: bool | None = None
    aliases: tuple[str, ...] = ()
    adopt: str | None = None
    pin: bool = False
    inherited: tuple[tuple[str, Place], ...] = field(default=(), compare=False)

    def place_of(self, key: str) -> Place | None:
        """Give the place of a value in the file's defaults; None if it is the voice's own."""
        return dict(self.inherited).get(key)
