"""A document for GitHub Actions: the summary of a step, annotations, outputs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from voiceops.report.markdown import render_markdown
from voiceops.report.outlines.notes import Level, Note, Outline
from voiceops.report.terminal import show

# More annotations of a level than this GitHub leaves out silently, a step.
_MOST_OF_A_LEVEL = 10


@dataclass(frozen=True, slots=True)
class GithubStep:
    """What a step says: `summary` and `outputs` go to its files, `commands` to its stdout."""

    summary: str
    commands: str
    outputs: str


def render_github(outline: Outline) -> GithubStep:
    """Write what the outline says for a step of a workflow.

    Each line of `commands` is one workflow command; `outputs` are in the form of GITHUB_OUTPUT.
    """
    values = _outputs(outline)
    return GithubStep(
        summary=render_markdown(outline),
        commands="".join(f"{line}\n" for line in _commands(outline)),
        outputs="".join(_render_output(name, values[name]) for name in values),
    )


def _commands(outline: Outline) -> Iterator[str]:
    """Annotate in the document's order; of a level with too many, the last says how many more."""
    totals = Counter(note.level for note in outline.notes)
    shown: Counter[Level] = Counter()
    for note in outline.notes:
        is_too_many = totals[note.level] > _MOST_OF_A_LEVEL
        if shown[note.level] < _MOST_OF_A_LEVEL - is_too_many:
            shown[note.level] += 1
            yield _render_command(note)
    for level, rest in (totals - shown).items():
        yield f"::{level} title=voiceops::and {rest:,} more: see the summary of this step"


def _render_command(note: Note) -> str:
    properties = {"title": note.title}
    if note.place:
        properties |= {
            "file": note.place.path,
            "line": str(note.place.line),
            "col": str(note.place.column),
        }
    listed = ",".join(f"{key}={_encode_property(value)}" for key, value in properties.items())
    return f"::{note.level} {listed}::{'%0A'.join(_encode(line) for line in note.lines)}"


def _encode(text: str) -> str:
    """Encode text of others for a command's message; what `show` leaves has no line ends."""
    return show(text).replace("%", "%25")


def _encode_property(text: str) -> str:
    return _encode(text).replace(":", "%3A").replace(",", "%2C")


def _outputs(outline: Outline) -> dict[str, str]:
    counts = outline.counts
    codes = dict.fromkeys(note.code for note in outline.notes if note.level is Level.ERROR)
    return {
        "changes": str(counts.changes) if counts else "",
        "creates": str(counts.creates) if counts else "",
        "replaces": str(counts.replaces) if counts else "",
        "deletes": str(counts.deletes) if counts else "",
        "adopts": str(counts.adopts) if counts else "",
        "price": counts.price if counts else "",
        "drift": counts.drift if counts else "",
        "quota": counts.quota if counts else "",
        "failure_reason": ",".join(codes),
        "digest": outline.digest,
        "names": json.dumps(sorted(set(outline.names))) if counts else "",
        "voices": json.dumps(dict(outline.voices)) if outline.kind == "apply" else "",
    }


def _render_output(name: str, value: str) -> str:
    """Write an output between two lines that the value cannot contain, since they hold its hash."""
    shown = show(value)
    end = f"end-{sha256(shown.encode()).hexdigest()}"
    return f"{name}<<{end}\n{shown}\n{end}\n"
