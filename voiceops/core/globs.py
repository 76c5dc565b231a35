"""Globs for voices: those that can match nothing, and those that match nothing here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from voiceops.core.settings import matches
from voiceops.core.voice import LiveVoice
from voiceops.errors import Fault, Place

_CLASS = re.compile(r"\[!?\]?[^\]]*\]")
_REST = re.compile(r"[A-Za-z0-9._*?-]*")


def find_misfit(glob: str) -> str:
    """Tell why a glob can match the name of no voice; empty if it can match one.

    Names hold letters, digits, `_`, `-` and `.` alone. A bracket that is not closed stands for
    itself.
    """
    rest = _CLASS.sub("", glob)
    if "[" in rest:
        return "has a bracket that is not closed"
    foreign = _REST.sub("", rest)
    return f"holds {foreign[0]!r}, which no voice's name holds" if foreign else ""


def find_unmatched(ignore: Iterable[str], live: Iterable[LiveVoice]) -> Iterator[Fault]:
    """Warn of globs of `ignore` that match no live voice: they may be misspelt."""
    names = {name for voice in live for name in (voice.voice_id, voice.preferred_name) if name}
    for glob in ignore:
        if not matches((glob,), *names):
            message = f"`ignore` has {glob!r}, which matches no voice of the account"
            yield Fault(Place("voiceops.yaml", 1, 1), message, "mend the glob, or take it out")
