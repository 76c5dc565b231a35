"""Add voices to a manifest; what is there stays, byte by byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voiceops.core.spec import SPEC_FIELDS, Spec
from voiceops.errors import FilesInvalid, FileUnusable
from voiceops.files.manifests.paths import _advance, _skip_any, _split
from voiceops.files.manifests.read import read_manifest
from voiceops.files.yaml.layout import STEP, Block, Layout, read_layout
from voiceops.files.yaml.text import spell, spell_key
from voiceops.files.yaml.tree import MAX_BYTES

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class NewVoice:
    """A voice to be declared; `adopt` is the one that the name is to stand for, empty if none.

    `sent_as` is empty if the name itself is what was sent.
    """

    name: str
    spec: Spec
    adopt: str = ""
    sent_as: str = ""


def find_undeclarable(spec: Spec) -> str:
    """Tell why no manifest can declare this spec; empty if one can.

    The service may have taken what voiceops refuses, such as a language that it does not know.
    """
    manifest = read_manifest(make_manifest([NewVoice("voice", spec)]), path="")
    return manifest.faults[0].message if manifest.faults else ""


def make_manifest(voices: Sequence[NewVoice]) -> bytes:
    """Write a manifest of these voices, in their order, in canonical form."""
    lines = ["voices:"] if voices else ["voices: {}"]
    for number, voice in enumerate(voices):
        lines += [""] * (number > 0) + _write_voice(voice, STEP)
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")


def add_voices(data: bytes, voices: Sequence[NewVoice], *, path: str) -> bytes:
    """Add voices after the last one of a manifest, in its own indentation and line ends.

    Raises FilesInvalid with the manifest's faults; FileUnusable if it is written in braces, or
    becomes too large.
    """
    manifest = read_manifest(data, path=path)
    if manifest.faults:
        raise FilesInvalid(manifest.faults)
    if not voices:
        return data
    text = data.decode()
    bom = _BOM if text.startswith(_BOM) else ""
    lines = _LINE.findall(text.removeprefix(bom))
    added = (bom + "".join(_add(lines, voices, path=path))).encode()
    if len(added) > MAX_BYTES:
        raise FileUnusable(
            f"{path}: with these voices the file would be larger than {MAX_BYTES // 1024:,} KiB",
            hint="add a part of them to another file, with --file",
        )
    return added


def is_matched(path: str, globs: Iterable[str]) -> bool:
    """Tell whether a file at this path would be found by one of the globs."""
    for glob in globs:
        parts = _split(glob)
        states = _skip_any(parts, {0})
        for name in path.split("/"):
            states = _advance(parts, states, name)
        if len(parts) in states:
            return True
    return False


def _add(lines: list[str], voices: Sequence[NewVoice], *, path: str) -> list[str]:
    """Put the new voices between the lines, which keep their line ends."""
    text = "".join(line.rstrip("\r\n") + "\n" * line.endswith(("\n", "\r")) for line in lines)
    layout = read_layout(text)
    block = _find_voices(layout, text, path=path)
    column = block.column if block.parts else layout.root.column + STEP
    if block.is_flow:
        _take_braces_out(lines, text, block)
    at = text.count("\n", 0, block.end) + (text[block.end - 1] != "\n")
    while not lines[at - 1].strip():
        at -= 1
    line_end = lines[0].removeprefix(lines[0].rstrip("\r\n")) or "\n"
    if not lines[at - 1].endswith(("\n", "\r")):
        lines[at - 1] += line_end
    added: list[str] = []
    for voice in voices:
        is_first = not (block.parts or added)
        added += [""] * (not is_first) + _write_voice(voice, column)
    return [*lines[:at], *(line + line_end for line in added), *lines[at:]]


def _find_voices(layout: Layout, text: str, *, path: str) -> Block:
    """Find the block that holds the voices; FileUnusable if voices cannot be added to it."""
    (block,) = (part.value for part in layout.root.parts if part.key == "voices")
    if isinstance(block, Block) and not layout.root.is_flow:
        written = text[block.start : block.end].replace(" ", "")
        if not block.is_flow or written == "{}":
            return block
    raise FileUnusable(
        f"{path}: its voices stand in braces, and none can be added there",
        hint=f"run `voiceops fmt {path}` first, or name another file with --file",
    )


def _take_braces_out(lines: list[str], text: str, block: Block) -> None:
    number = text.count("\n", 0, block.start)
    line_start = text.rfind("\n", 0, block.start) + 1
    before = lines[number][: block.start - line_start].rstrip(" ")
    lines[number] = before + lines[number][block.end - line_start :]


def _write_voice(voice: NewVoice, column: int) -> list[str]:
    lines = [f"{' ' * column}{spell_key(voice.name)}:"]
    for field in SPEC_FIELDS:
        lines += spell(field, getattr(voice.spec, field), indent=column + STEP)
    if voice.sent_as:
        lines += spell("sent_as", voice.sent_as, indent=column + STEP)
    if voice.adopt:
        lines += spell("adopt", voice.adopt, indent=column + STEP)
    return lines
