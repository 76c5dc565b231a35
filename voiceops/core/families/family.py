"""A family: one of the vendor's APIs that make voices, as far as planning and manifests go."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from voiceops.core.forms import read_account_time
from voiceops.core.spec import Spec


class Listing(StrEnum):
    """What makes a listing complete: its own count, or two equal passes that end empty."""

    COUNTED = "counted"
    UNTIL_EMPTY = "until_empty"


@dataclass(frozen=True, slots=True)
class VoiceName:
    """The parts of a generated name.

    `preferred_name` is the name that was sent, `created_at` when it was made (None: it does not
    tell), `target_model` the model that it is for (empty: it does not tell).
    """

    preferred_name: str
    created_at: datetime | None = None
    target_model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What one API takes, tells and costs; each fact has its source in the family's module.

    `api` is what requests name as their model. A target model is of this family if it begins with
    one of `prefixes`; `models` are those known. `voice_pattern` matches whole generated names, with
    the groups `name` and, where names tell them, `stamp` (14 to 17 digits, the account's zone) and
    `model`. `untold` are the fields of a spec that a listing does not echo. `price` is that of a
    create; `quota` is counted apart from the other families'. `has_status` says that a new voice
    may not be ready, or be refused, after its create was answered. `regions` are the endpoints that
    design, `ends` is what the vendor announced of its end, empty if nothing.
    """

    key: str
    api: str
    prefixes: tuple[str, ...]
    models: tuple[str, ...]
    voice_pattern: re.Pattern[str]
    voice_shape: str
    name_pattern: re.Pattern[str]
    name_rule: str
    max_prompt_characters: int
    min_preview_characters: int = 1
    max_preview_characters: int
    languages: Mapping[str, str]
    default_language: str
    sample_rates_hz: tuple[int, ...]
    response_formats: tuple[str, ...]
    untold: frozenset[str] = frozenset()
    has_status: bool = False
    price: Decimal = field(default=Decimal(0))
    currency: str = "USD"
    quota: int
    idle_days: int
    listing: Listing
    regions: frozenset[str]
    ends: str = ""

    def takes(self, target_model: str) -> bool:
        """Tell whether voices of this target model are made by this family."""
        return target_model.startswith(self.prefixes)

    def propose_name(self, name: str) -> str:
        """Give a name like this one that can be sent, itself if it can; empty if there is none."""
        plain = unicodedata.normalize("NFKD", name).lower()
        forms = [name, re.sub(r"[^a-z0-9_]", "", plain), re.sub(r"[^a-z0-9]", "", plain)]
        shorter = [forms[-1][:length] for length in range(len(forms[-1]), 0, -1)]
        return next(filter(self.name_pattern.fullmatch, [*forms, *shorter]), "")

    def show(self, spec: Spec) -> Spec:
        """Give a spec as a listing echoes it: what is not told is empty."""
        return replace(spec, **dict.fromkeys(self.untold, "")) if self.untold else spec

    def read_name(self, voice_id: str) -> VoiceName | None:
        """Read a generated name; None if it is not one of a voice that this family designed."""
        match = self.voice_pattern.fullmatch(voice_id)
        if match is None:
            return None
        parts = match.groupdict()
        return VoiceName(parts["name"], _read_stamp(parts.get("stamp")), parts.get("model") or "")


def _read_stamp(digits: str | None) -> datetime | None:
    """Read 14 digits, or 17 with milliseconds."""
    if digits is None:
        return None
    second = read_account_time(f"{digits[:8]}T{digits[8:14]}")
    return second and second + timedelta(milliseconds=int(digits[14:].ljust(3, "0")))
