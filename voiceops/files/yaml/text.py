"""Write text as a YAML value that reads back as exactly that text."""

from __future__ import annotations

import re

from voiceops.files.yaml.tree import MapNode, ScalarNode, read_tree

WIDTH = 100
# What readers of YAML 1.1 take for truth values, numbers, times and its signs for merge and value.
_READ_OTHERWISE = re.compile(r"(?i)y|n|yes|no|on|off|=|<<|[-+.\d][-+.,:_\da-fox tz]*")
_SPACE_BETWEEN_WORDS = re.compile(r"(?<! ) (?! )")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def is_plain(text: str) -> bool:
    """Tell whether the text may stand behind a key without quotes, for any reader of YAML."""
    return text.isprintable() and not _READ_OTHERWISE.fullmatch(text) and _is_text(text)


def needs_quotes(text: str) -> bool:
    """Tell whether what is written without quotes is text to us, and not to every reader."""
    return _READ_OTHERWISE.fullmatch(text) is not None and _is_text(text)


def spell_key(name: str) -> str:
    """Write a voice's name as a key that every reader takes for text."""
    return name if is_plain(name) else f'"{name}"'


def _is_text(text: str) -> bool:
    root = read_tree(f"key: {text}\n".encode(), path="").root
    value = root.first["key"].value if isinstance(root, MapNode) and "key" in root.first else None
    return isinstance(value, ScalarNode) and value.value == text


def spell(key: str, text: str, *, indent: int) -> list[str]:
    """Write a key and its text in lines, folded or as a block if that is the better reading.

    The text must have no white space around it. What cannot be seen is written as an escape.
    """
    label = f"{' ' * indent}{key}:"
    pad = " " * (indent + 2)
    lines = text.split("\n")
    if not all(line.isprintable() and not line.endswith(" ") for line in lines):
        return [f"{label} {_quote(text)}"]
    if len(lines) > 1:
        return [f"{label} |-", *(f"{pad}{line}" if line else "" for line in lines)]
    words = _SPACE_BETWEEN_WORDS.split(text)
    if len(f"{label} {text}") > WIDTH and len(words) > 1:
        return [f"{label} >-", *(f"{pad}{line}" for line in _fill(words, WIDTH - len(pad)))]
    return [f"{label} {text if is_plain(text) else _quote(text)}"]


def _fill(words: list[str], width: int) -> list[str]:
    """Join words to lines of at most this width; a longer word has a line of its own."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    return lines


def _quote(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(sign) or _escape(sign) for sign in text) + '"'


def _escape(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
