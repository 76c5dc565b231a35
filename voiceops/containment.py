"""Which paths a project may bring: none that a link leads out of it, or into git's own folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path, PurePath

LEAVES = "the link leads out of the project"
ENTERS_GIT = "the path leads into git's own folder"


def find_stray(root: Path, path: Path) -> str:
    """Tell why a path of the project cannot be used, its links followed; empty if it can.

    Git's folder holds what runs as code and what holds secrets, and no branch can bring files
    into it: so it is none of the project's.
    """
    project, real = _real(root), _real(path)
    if not real.is_relative_to(project):
        return LEAVES
    return ENTERS_GIT if enters_git(real.relative_to(project)) else ""


def refuse_stray(root: Path, path: Path) -> None:
    """Raise OSError for a path below the root whose links lead out of it, or into git's folder.

    A path that does not begin at the root is somebody's own, and is let through.
    """
    if _begins_at(root, path) and (why := find_stray(root, path)):
        raise OSError(errno.ELOOP, why, str(path))


def enters_git(path: PurePath) -> bool:
    """Tell whether one of a relative path's parts is git's folder, however a system spells it."""
    return any(part.casefold().rstrip(". ") == ".git" for part in path.parts)


def _begins_at(root: Path, path: Path) -> bool:
    lexical = Path(os.path.normpath(path.absolute()))  # links are not to be followed here
    return lexical.is_relative_to(root.absolute()) or lexical.is_relative_to(_real(root))


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
