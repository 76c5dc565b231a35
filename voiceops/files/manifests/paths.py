"""Find the manifests that globs name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath, PureWindowsPath

from voiceops.containment import enters_git, find_stray
from voiceops.core.texts.script import Misfit
from voiceops.errors import Fault, Place

_ANY_FOLDERS = "**"
_ENDINGS = ("yaml", "yml")


@dataclass(frozen=True, slots=True)
class Found:
    """The paths that globs match, relative to the root, POSIX, sorted, each file once.

    `overlooked` are the files beside them that globs for YAML would match if neither case counted,
    nor whether a name ends in .yaml or .yml.
    """

    paths: tuple[str, ...]
    overlooked: tuple[str, ...]
    faults: tuple[Fault, ...]


def find_glob_misfit(glob: str) -> Misfit | None:
    """Tell why a glob cannot be used: what goes on after it, and a hint; None if it can."""
    if not _split(glob):
        return Misfit("names no file", "write a glob such as manifests/**/*.yaml")
    if "\\" in glob:
        return Misfit("holds a backslash", "write / between folders")
    if glob.startswith("/") or PureWindowsPath(glob).drive or ".." in _split(glob):
        return Misfit("leaves the project", "name files below the project's folder")
    if enters_git(PurePosixPath(glob)):
        return Misfit("leads into git's own folder", "name files that git keeps")
    return None


def find_paths(root: Path, globs: Iterable[str]) -> Found:
    """List what the globs match; `**` stands for any folders, none included.

    Names that begin with a dot are matched only where the glob has the dot. Links are followed
    inside the project. Faults: folders that cannot be read, links that leave the project.
    """
    search = _Search(root)
    globs = tuple(globs)
    paths = search.find(globs)
    faults = tuple(sorted(set(search.faults)))
    loose = search.find(tuple(one for glob in globs for one in _loosen(glob)))
    return Found(paths, tuple(sorted(set(loose) - set(paths))), faults)


def _loosen(glob: str) -> Iterator[str]:
    stem, dot, ending = glob.rpartition(".")
    if dot and ending.lower() in _ENDINGS:
        for other in _ENDINGS:
            yield f"{stem if '[' in stem else _in_any_case(stem)}.{_in_any_case(other)}"


def _in_any_case(glob: str) -> str:
    return re.sub("[A-Za-z]", lambda letter: f"[{letter[0].lower()}{letter[0].upper()}]", glob)


class _Search:
    """One walk through the project, only into folders where something may match.

    `states` are the parts of the glob that may come next.
    """

    def __init__(self, root: Path) -> None:
        self.paths: set[str] = set()
        self.faults: list[Fault] = []
        self._root = root
        self._seen: set[tuple[str, tuple[str, ...], frozenset[int]]] = set()
        self._names: dict[Path, list[str]] = {}

    def find(self, globs: tuple[str, ...]) -> tuple[str, ...]:
        """List what the globs match; the folders of an earlier search are not read again."""
        self.paths.clear()
        for glob in globs:
            parts = _split(glob)
            self.walk(self._root, "", parts, _skip_any(parts, {0}))
        first_path_of: dict[str, str] = {}
        for path in sorted(self.paths):
            first_path_of.setdefault(os.path.realpath(self._root / path), path)
        return tuple(first_path_of.values())

    def walk(
        self, folder: Path, shown: str, parts: tuple[str, ...], states: frozenset[int]
    ) -> None:
        visit = (os.path.realpath(folder), parts, states)
        if visit in self._seen:  # a link led back
            return
        self._seen.add(visit)
        try:
            names = self._list(folder)
        except OSError as error:
            self._report(shown, f"the folder cannot be read: {error.strerror}")
            return
        for name in names:
            reached = _advance(parts, states, name)
            if reached:
                self._visit(folder / name, f"{shown}/{name}".lstrip("/"), parts, reached)

    def _list(self, folder: Path) -> list[str]:
        if folder not in self._names:
            self._names[folder] = sorted(path.name for path in folder.iterdir())
        return self._names[folder]

    def _visit(
        self, path: Path, shown: str, parts: tuple[str, ...], states: frozenset[int]
    ) -> None:
        is_match = len(parts) in states
        try:
            is_folder = path.is_dir()
            stray = find_stray(self._root, path) if path.is_symlink() else ""
        except (OSError, RuntimeError) as error:  # links in a circle; RuntimeError before 3.13
            self._report(shown, f"cannot be read: {error}")
            return
        if stray and (is_match or is_folder):
            self._report(shown, stray)
        elif is_folder and states != {len(parts)}:
            self.walk(path, shown, parts, states)
        if is_match and not stray and (not is_folder or parts[-1].strip("*")):
            self.paths.add(shown)

    def _report(self, shown: str, message: str) -> None:
        hint = "mend it, or narrow `manifests` in voiceops.yaml"
        self.faults.append(Fault(Place(shown or ".", 1, 1), message, hint))


def _advance(parts: tuple[str, ...], states: frozenset[int], name: str) -> frozenset[int]:
    """Give the states after a path's next name; none if it cannot match."""
    return _skip_any(parts, set(_matched(parts, states, name)))


def _matched(parts: tuple[str, ...], states: frozenset[int], name: str) -> Iterator[int]:
    for state in states:
        part = parts[state] if state < len(parts) else ""
        if name.startswith(".") and not part.startswith("."):
            continue
        if part == _ANY_FOLDERS:
            yield state
        elif fnmatchcase(name, part):
            yield state + 1


def _skip_any(parts: tuple[str, ...], states: set[int]) -> frozenset[int]:
    """Add the states behind each `**`, which may stand for nothing."""
    reached = set(states)
    for state in range(len(parts)):
        if state in reached and parts[state] == _ANY_FOLDERS:
            reached.add(state + 1)
    return frozenset(reached)


def _split(glob: str) -> tuple[str, ...]:
    return tuple(part for part in glob.split("/") if part not in ("", "."))
