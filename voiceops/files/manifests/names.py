"""What a shell completes: names, found without checking anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from voiceops.containment import find_stray
from voiceops.files.regular_file import read_regular

_MOST_BYTES = 8 * 1024 * 1024


def glance_at_environments(root: Path) -> dict[str, Path]:
    """Give each environment's lockfile, sorted by name; what cannot be read is left out."""
    configured = _find(_read_plain(root, "voiceops.yaml"), "environments")
    environments = configured if isinstance(configured, Mapping) else {}
    return {
        str(name): path
        for name in sorted({*(environments.keys() - {"sandbox"} or {"default"}), "sandbox"})
        for path in [root / _name_lockfile(str(name), environments.get(name))]
        if not find_stray(root, path)
    }


def glance_at_lockfile(lockfile: Path) -> list[str]:
    """Give the names that are locked, sorted; none if they cannot be read."""
    try:
        voices = _find(json.loads(read_regular(lockfile, limit_bytes=_MOST_BYTES)), "voices")
    except (OSError, ValueError, RecursionError):
        return []
    return sorted(voices) if isinstance(voices, Mapping) else []


def glance_at_manifests(root: Path) -> set[str]:
    """Give the names that manifests at their usual place declare."""
    names: set[str] = set()
    for path in root.glob("manifests/**/*.yaml"):
        voices = _find(_read_plain(root, path.relative_to(root).as_posix()), "voices")
        names |= set(voices) if isinstance(voices, Mapping) else set()
    return names


def _name_lockfile(name: str, fields: object) -> str:
    said = _find(fields, "lockfile")
    usual = "voiceops.lock" if name == "default" else f"voiceops.{name}.lock"
    return said if isinstance(said, str) else usual


def _read_plain(root: Path, path: str) -> object:
    if not (root / path).exists():
        return None
    from voiceops.files.user_file import read_source
    from voiceops.files.yaml.tree import read_tree, to_plain

    data = read_source(root, path)
    tree = read_tree(data, path=path) if isinstance(data, bytes) else None
    return to_plain(tree.root) if tree and tree.root else None


def _find(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None
