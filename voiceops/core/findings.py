"""What a look at the manifests alone finds."""

from __future__ import annotations

from dataclasses import dataclass

from voiceops.core.plan import FORMAT_VERSION
from voiceops.errors import Fault


@dataclass(frozen=True, slots=True)
class Findings:
    """Faults and warnings, sorted by place; `voices` counts the declared ones if all is well."""

    files: int
    voices: int
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    format_version: int = FORMAT_VERSION
    kind: str = "validate"
