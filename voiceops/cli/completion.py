"""Suggest names to a shell that completes a command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
# A shell lists them all, and a person reads them.
MOST = 200


def suggest_environments(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Suggest the names of environments."""
    from voiceops.files.manifests.names import glance_at_environments

    return _choose(glance_at_environments(_find_root(context)), incomplete)


def suggest_locked(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Suggest the names that the environment's lockfile has."""
    return _choose(_find_locked(context), incomplete)


def suggest_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Suggest the names that are locked or declared."""
    from voiceops.files.manifests.names import glance_at_manifests

    declared = glance_at_manifests(_find_root(context))
    return _choose({*_find_locked(context), *declared}, incomplete)


def _find_locked(context: click.Context) -> list[str]:
    from voiceops.files.manifests.names import glance_at_environments, glance_at_lockfile

    lockfiles = glance_at_environments(_find_root(context))
    name = _find_said(context, "environment")
    if not name:
        own = [other for other in lockfiles if other != "sandbox"]
        name = own[0] if len(own) == 1 else ""
    return glance_at_lockfile(lockfiles[name]) if name in lockfiles else []


def _find_root(context: click.Context) -> Path:
    from pathlib import Path

    return Path(_find_said(context, "directory"))


def _find_said(context: click.Context, option: str) -> str:
    """Find an option, whether it stood after the command's name or before it."""
    said = context.params.get(option)
    if not said and context.parent is not None:
        return _find_said(context.parent, option)
    return str(said or "")


def _choose(names: Iterable[str], incomplete: str) -> list[str]:
    """Choose what goes on from here, of what means nothing to a shell: click quotes nothing."""
    safe = (name for name in names if _PLAIN.fullmatch(name))
    return sorted(name for name in safe if name.startswith(incomplete))[:MOST]
