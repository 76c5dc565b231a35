"""Look into the entries of a tree: by key, as a list, as texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voiceops.errors import Place
from voiceops.files.yaml.tree import Entry, ListNode, MapNode, ScalarNode


@dataclass(frozen=True, slots=True)
class Said:
    """A text of a manifest and its place."""

    text: str
    place: Place


def find_entry(entry: Entry, key: str) -> Entry | None:
    """Find the first entry of a key below an entry; None if that is no mapping, or has no such."""
    return entry.value.first.get(key) if isinstance(entry.value, MapNode) else None


def find_map(entry: Entry, key: str) -> Entry | None:
    """Find an entry that holds a mapping."""
    found = find_entry(entry, key)
    return found if found and isinstance(found.value, MapNode) else None


def list_entries(entry: Entry | None) -> tuple[Entry, ...]:
    """List what is below an entry, in the file's order; empty if that is no mapping."""
    return entry.value.entries if entry and isinstance(entry.value, MapNode) else ()


def list_texts(entry: Entry | None) -> Iterator[Said]:
    """List the texts that an entry's value is, or is a list of."""
    node = entry.value if entry else None
    for one in node.items if isinstance(node, ListNode) else (node,):
        if isinstance(one, ScalarNode) and isinstance(one.value, str):
            yield Said(one.value, one.place)
