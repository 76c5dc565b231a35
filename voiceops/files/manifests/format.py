"""Bring manifest files into canonical form."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from voiceops.effects import Effects
from voiceops.errors import Fault, FilesInvalid, FileUnusable
from voiceops.files.atomic import replace_file
from voiceops.files.manifests.canonical import format_manifest
from voiceops.files.manifests.paths import find_paths
from voiceops.files.user_file import read_source
from voiceops.files.write_errors import writing
from voiceops.files.yaml.checks import limit_faults


@dataclass(frozen=True, slots=True)
class Formatting:
    """What formatting would change: `changes` maps paths to new content, sorted by path.

    `faults` are of files that cannot be formatted; `files` counts all that were looked at.
    """

    files: int
    changes: Mapping[str, bytes]
    faults: tuple[Fault, ...]


def plan_formatting(
    root: Path, globs: Iterable[str], paths: Collection[str], *, here: Path
) -> Formatting:
    """Format what the globs find, in memory; of that only what `paths` name, if they name any.

    A path is a folder, or any file of the project; a relative one is looked for from `here`, the
    folder of the person, then from the root. Raises FileUnusable for one that leaves the project.
    """
    found = find_paths(root, globs)
    chosen = (
        _choose(root, found.paths, [_find(root, path, here) for path in paths])
        if paths
        else set(found.paths)
    )
    changes: dict[str, bytes] = {}
    faults = list(found.faults)
    for path in sorted(chosen):
        data = read_source(root, path)
        if isinstance(data, Fault):
            faults.append(data)
            continue
        try:
            formatted = format_manifest(data, path=path)
        except FilesInvalid as error:
            faults += error.faults
        else:
            if formatted != data:
                changes[path] = formatted
    return Formatting(len(chosen), changes, limit_faults(faults))


def write_formatted(root: Path, formatting: Formatting, *, effects: Effects) -> None:
    """Write the files that change, each atomically; FileUnusable if one cannot be written."""
    for path, data in formatting.changes.items():
        with writing(root / path):
            replace_file(root / path, data, effects=effects, mode=0o644)


def _find(root: Path, path: str, here: Path) -> str:
    """Say what a path means from the root; what is nowhere in the project stays as it was said."""
    seen = os.path.normpath(here / path)
    is_here = Path(seen).is_relative_to(root) and Path(seen).exists()
    return os.path.relpath(seen, root) if is_here else path


def _choose(root: Path, found: Iterable[str], paths: Iterable[str]) -> set[str]:
    chosen: set[str] = set()
    for path in paths:
        relative = Path(os.path.relpath(root / path, root)).as_posix()
        if relative.startswith("../") or relative == "..":
            raise FileUnusable(
                f"{path}: this is outside of the project", hint="name the project's folder with -C"
            )
        if (root / relative).is_dir():
            chosen |= {one for one in found if Path(one).is_relative_to(relative)}
        else:
            chosen.add(relative)
    return chosen
