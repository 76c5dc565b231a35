"""What defines a voice, and when two definitions are the same."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

SPEC_FIELDS = ("voice_prompt", "preview_text", "language", "target_model")


@dataclass(frozen=True, slots=True)
class Spec:
    """The four values that make a voice; specs are equal if all four are.

    Build one with `Spec.of`, which normalises, so that what a person wrote and what the service
    echoes compare as equal when they say the same.
    """

    voice_prompt: str
    preview_text: str
    language: str
    target_model: str

    @classmethod
    def of(cls, *, voice_prompt: str, preview_text: str, language: str, target_model: str) -> Spec:
        """Normalise the four values and join them."""
        return cls(
            normalise(voice_prompt),
            normalise(preview_text),
            normalise(language),
            normalise(target_model),
        )

    @classmethod
    def find_former_digest(
        cls, *, voice_prompt: str, preview_text: str, language: str, target_model: str
    ) -> str:
        """Give the digest of these values while blanks before a line end still counted.

        Lockfiles and journals may still hold it. Empty if it is the digest of today.
        """
        texts = (voice_prompt, preview_text, language, target_model)
        if not any("\n" in text or "\r" in text for text in texts):
            return ""
        former = cls(*map(_unify, texts))
        return former.digest if former != cls(*map(normalise, texts)) else ""

    @property
    def digest(self) -> str:
        """`sha256:` and the hex digest of the spec's canonical JSON; the same for equal specs."""
        return _digest(self)


@lru_cache(maxsize=4096)
def _digest(spec: Spec) -> str:
    """Compute it once for what is declared and listed alike."""
    values = [spec.voice_prompt, spec.preview_text, spec.language, spec.target_model]
    canonical = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def normalise(text: str) -> str:
    """Make texts equal that mean the same; doing it twice changes nothing.

    Unicode NFC, line ends to LF, no spaces and tabs before a line end, no outer white space.
    """
    unified = _unify(text)
    if "\n" not in unified:
        return unified
    return "\n".join(line.rstrip(" \t") for line in unified.split("\n"))


def _unify(text: str) -> str:
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", unix).strip()
