"""A voice as a manifest declares it."""

from __future__ import annotations

from dataclasses import dataclass, field

from voiceops.core.families.family import Family
from voiceops.core.families.known import FAMILIES, family_of, find_family
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
    `sent_as` is what is sent as its name, empty if that is the name itself; `family_key` the family
    that makes it, empty if its target model tells.
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
    sent_as: str = ""
    family_key: str = ""
    inherited: tuple[tuple[str, Place], ...] = field(default=(), compare=False)

    @property
    def family(self) -> Family:
        """The family that makes it."""
        told = find_family(self.family_key) or family_of(self.spec.target_model)
        return told or FAMILIES[0]

    @property
    def sent(self) -> str:
        """The name that is sent, and that the generated name bears."""
        return self.sent_as or self.name

    @property
    def sent_names(self) -> tuple[str, ...]:
        """What its voices may be called: as it is sent now, then as it was called before.

        An alias that the family does not take was sent in the form that is proposed for it.
        """
        family = self.family
        before = (family.propose_name(alias) or alias for alias in self.aliases)
        return (self.sent, *(name for name in dict.fromkeys(before) if name != self.sent))

    @property
    def seen(self) -> Spec:
        """Its spec as a listing echoes it."""
        return self.family.show(self.spec)

    @property
    def seen_digest(self) -> str:
        """The digest of that; empty if all of the spec is echoed."""
        return self.seen.digest if self.family.untold else ""

    def place_of(self, key: str) -> Place | None:
        """Give the place of a value in the file's defaults; None if it is the voice's own."""
        return dict(self.inherited).get(key)
