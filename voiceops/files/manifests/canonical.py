"""Write manifests in their one canonical form: order, indentation, blank lines; nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from voiceops.errors import FilesInvalid, FileUnusable, Place
from voiceops.files.manifests.contradictions import Declared
from voiceops.files.manifests.read import Manifest, read_manifest
from voiceops.files.yaml.layout import (
    DOCUMENT_START,
    LITERAL,
    QUOTES,
    STEP,
    Block,
    Layout,
    Part,
    Scalar,
    read_layout,
)
from voiceops.files.yaml.text import is_plain, needs_quotes, spell_key

SECTIONS = ("defaults", "voices")
FIELDS = (
    "voice_prompt",
    "preview_text",
    "language",
    "target_model",
    "family",
    "sample_rate",
    "response_format",
    "protect",
    "sent_as",
    "aliases",
    "adopt",
    "pin",
)
_RANK = {key: rank for rank, key in enumerate((*SECTIONS, *FIELDS, ""))}
_NOWHERE = Place("", 0, 0)


def format_manifest(data: bytes, *, path: str) -> bytes:
    """Write a manifest's bytes in canonical form; doing it twice changes nothing more.

    Keys stand in the order of the reference, voices in the order of the file with a blank line
    between. Quotes go where no reader of YAML needs them, and stand where one does; blanks
    before a line end go where they mean nothing. Texts of several lines, and all comments, stay as
    they are written otherwise. Raises FilesInvalid with the manifest's faults.
    """
    before = read_manifest(data, path=path)
    if before.faults:
        raise FilesInvalid(before.faults)
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    formatted = _write(read_layout(text)).encode()
    if _meaning(read_manifest(formatted, path=path)) != _meaning(before):
        raise FileUnusable(
            f"{path}: formatting would change what the file means, so it is left as it is",
            hint="write what is unusual in it in a simpler way",
        )
    return formatted


def _meaning(manifest: Manifest) -> tuple[object, ...]:
    """Give what a manifest says, wherever it says it."""
    return (len(manifest.faults), *(_unplaced(voice) for voice in manifest.declared))


def _unplaced(voice: Declared) -> Declared:
    desired = voice.desired and replace(voice.desired, place=_NOWHERE)
    aliases = tuple(replace(alias, place=_NOWHERE) for alias in voice.aliases)
    adopt = voice.adopt and replace(voice.adopt, place=_NOWHERE)
    return Declared(voice.name, _NOWHERE, aliases, adopt, desired)


def _write(layout: Layout) -> str:
    lines = [*layout.header]
    if lines and lines[-1] != DOCUMENT_START:
        lines.append("")
    lines += _write_block(layout.root, 0)
    return "\n".join(lines) + "\n"


def _write_block(block: Block, indent: int, *, is_voices: bool = False) -> Iterator[str]:
    """Write the parts and the foot of a block: sections and voices apart, fields close together."""
    is_spaced = is_voices or indent == 0
    parts = block.parts if is_voices else sorted(block.parts, key=lambda part: _RANK[part.key])
    groups = [list(_write_part(part, indent)) for part in parts]
    if block.foot:
        groups.append(_indent(block.foot, indent))
    for number, group in enumerate(groups):
        if is_spaced and number:
            yield ""
        yield from group


def _write_part(part: Part, indent: int) -> Iterator[str]:
    """Write the comments of an entry or item, then itself."""
    value = part.value
    beside = f"  {part.beside}" if part.beside else ""
    key = part.key if part.key in _RANK else spell_key(part.key)
    label = " " * indent + (f"{key}:" if key else "-")
    yield from _indent(part.head, indent)
    if isinstance(value, Scalar):
        first, *others = _write_scalar(value)
        lines = [f"{label} {first}", *_indent(others, indent + STEP)]
        lines[0 if value.is_block else -1] += beside
        yield from lines
    elif short := _write_short(value):
        yield from _indent(value.foot, indent)
        yield f"{label} {short}{beside}"
    else:
        yield f"{label}{beside}"
        is_voices = indent == 0 and part.key == "voices"
        yield from _write_block(value, indent + STEP, is_voices=is_voices)


def _write_short(block: Block) -> str:
    """Write a block in one line: an empty one, or a list that is written in brackets."""
    if not block.parts:
        return "[]" if block.is_list else "{}"
    has_comments = block.foot or any(part.head or part.beside for part in block.parts)
    if not (block.is_list and block.is_flow) or has_comments:
        return ""
    items = (part.value for part in block.parts)
    return f"[{', '.join(_write_scalar(item)[0] for item in items if isinstance(item, Scalar))}]"


def _write_scalar(scalar: Scalar) -> tuple[str, ...]:
    """Leave a value as it is written, but for its quotes, and blanks that mean nothing."""
    if scalar.style == LITERAL:
        return tuple(line.rstrip(" \t") for line in scalar.lines)
    if len(scalar.lines) == 1:
        if scalar.style in QUOTES and is_plain(scalar.value):
            return (scalar.value,)
        if not scalar.style and needs_quotes(scalar.value):
            return (f'"{scalar.value}"',)
    return scalar.lines


def _indent(lines: Iterable[str], indent: int) -> list[str]:
    return [" " * indent + line if line else "" for line in lines]
