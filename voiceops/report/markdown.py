"""A document as Markdown that fits a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voiceops.report.outlines.notes import Level, Note, Outline, Section
from voiceops.report.terminal import clip, show

# GitHub takes 65,536 code points in a pull request and 262,144 bytes in a comment, which is never
# less. The rest is room for the line by which a pipeline finds its comment again.
MAX_CHARACTERS = 65_536 - 512
_FRAME = 250  # A section's title, the head of its table, and what says that it was cut.
_FACT_COLUMNS = 200
_NAME_COLUMNS = 60
# Words that are no mark-up, no link, no mention and no number of an issue wherever they stand.
_PLAIN = re.compile(r"[A-Za-z0-9]+([,;:]? (\(?[A-Za-z0-9]+\)?|=)|(?<=\d)[,.](?=\d)\d+)*")


def render_markdown(outline: Outline) -> str:
    """Write what the outline says in at most 65,024 characters.

    Where room is short, what costs, destroys or refuses comes first, each voice is at least named,
    and the rest is counted. The heading and the facts are never cut.
    """
    head = "\n".join(_head(outline))
    room = MAX_CHARACTERS - len(head) - _FRAME * len(outline.sections)
    whole, named = _choose(outline.notes, room)
    parts = [head]
    first = 0
    for section in outline.sections:
        last = first + len(section.notes)
        shown = {index - first: whole[index] for index in whole if first <= index < last}
        names = [named[index] for index in range(first, last) if index in named]
        parts.append("\n".join(_render_section(section, shown, names)))
        first = last
    return "\n".join(parts) + "\n"


def prose(text: str) -> str:
    """Encode text of others for Markdown: plain words as they are, all else as code."""
    return text if _PLAIN.fullmatch(text) else code(text)


def code(text: str) -> str:
    """Encode text of others as a code span, in which nothing is a mention, link, tag or image.

    Control and bidi characters are shown, and so is the pipe, which would end a table's cell.
    """
    shown = show(text).replace("|", "\\x7c") or " "
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    margin = " " if "`" in shown else ""
    return f"{fence}{margin}{shown}{margin}{fence}"


def _head(outline: Outline) -> Iterator[str]:
    label, text = outline.heading
    yield f"### {label}: {prose(clip(text, _FACT_COLUMNS))}"
    if outline.facts:
        yield ""
    for label, text in outline.facts:
        yield f"- {label}: {prose(clip(text, _FACT_COLUMNS))}"


def _render_section(section: Section, shown: dict[int, str], names: list[str]) -> Iterator[str]:
    yield f"\n#### {section.title}\n"
    if shown:
        yield "| what | name | why | where |\n|---|---|---|---|"
        yield from (shown[index] for index in sorted(shown))
    cut = len(section.notes) - len(shown)
    if cut:
        listed = f" Among them: {', '.join(names)}." if names else ""
        yield f"\n{cut:,} of {len(section.notes):,} are cut here, for want of room.{listed}"


def _choose(notes: tuple[Note, ...], room: int) -> tuple[dict[int, str], dict[int, str]]:
    """Find what is shown in full and what by name alone, by its index among the notes.

    First every grave note of a voice gets its name, then as many notes as fit all their lines.
    """
    order = sorted(range(len(notes)), key=lambda index: _rank(notes[index]))
    named: dict[int, str] = {}
    whole: dict[int, str] = {}
    for index in order:
        name = _render_name(notes[index])
        if notes[index].is_grave and notes[index].name and len(name) + 2 <= room:
            named[index] = name
            room -= len(name) + 2
    for index in order:
        row = _render_row(notes[index])
        name_size = len(named[index]) + 2 if index in named else 0
        if len(row) + 1 - name_size <= room:
            whole[index] = row
            room -= len(row) + 1 - name_size
            named.pop(index, None)
    return whole, named


def _rank(note: Note) -> tuple[bool, int]:
    return not note.is_grave, list(Level).index(note.level)


def _render_name(note: Note) -> str:
    return f"{prose(note.verb)} {code(clip(note.name, _NAME_COLUMNS))}"


def _render_row(note: Note) -> str:
    name = code(note.name) if note.name else ""
    place = code(str(note.place)) if note.place else ""
    details = (f"{prose(label)}: {prose(text)}" for label, text in note.details)
    hint = [f"hint: {prose(note.hint)}"] if note.hint else []
    why = "<br>".join([prose(note.message), *details, *hint])
    return f"| {prose(note.verb)} | {name} | {why} | {place} |"
