"""The files of a new project: made where they are missing, never written over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from voiceops.effects import Effects
from voiceops.errors import FileUnusable
from voiceops.files.atomic import replace_file
from voiceops.files.manifests.read import manifest_schema
from voiceops.files.project.pipeline import Pipeline
from voiceops.files.regular_file import read_regular
from voiceops.files.settings.read import CONFIG_NAME
from voiceops.files.write_errors import writing

MANIFEST = "manifests/voices.yaml"
SCHEMA = "voiceops.schema.json"
# Lines that a file must have, added at its end if it lacks them.
_LINES = {
    ".gitignore": ".voiceops/",
    ".gitattributes": "voiceops*.lock merge=voiceops",
}


class Ci(StrEnum):
    """The CI system that a project runs in."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


_WORKFLOWS = {
    Ci.GITHUB: (".github/workflows/voiceops.yml", "github.yml"),
    Ci.GITLAB: (".gitlab-ci.yml", "gitlab.yml"),
}


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is to be written whole; `is_new` if there is none yet."""

    path: str
    data: bytes
    is_new: bool


def find_ci(root: Path) -> Ci:
    """Find out where a project is built, from its files and from where git pushes it."""
    if (root / ".gitlab-ci.yml").exists():
        return Ci.GITLAB
    if (root / ".github").exists():
        return Ci.GITHUB
    try:
        remotes = (root / ".git" / "config").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Ci.NONE
    return next((ci for ci in (Ci.GITHUB, Ci.GITLAB) if f"{ci}." in remotes), Ci.NONE)


def lacks_pipeline(root: Path, ci: Ci) -> bool:
    """Tell whether a pipeline is wanted that is not there yet."""
    return ci is not Ci.NONE and not (root / _WORKFLOWS[ci][0]).exists()


def plan_scaffold(root: Path, ci: Ci, *, pipeline: Pipeline | None) -> list[NewFile]:
    """List what a project still lacks, in the order of writing; nothing that is there changes.

    A file that needs a line gets it at its end. Without what a pipeline is for there is none.
    Raises FileUnusable if a file cannot be read.
    """
    return [*_plan_whole(root, ci, pipeline), *_plan_lines(root)]


def write_scaffold(root: Path, new: list[NewFile], *, effects: Effects) -> None:
    """Write the files, each in one step."""
    for file in new:
        path = root / file.path
        with writing(path):
            effects.make_dir(path.parent)
            replace_file(path, file.data, effects=effects, mode=0o644)


def _plan_whole(root: Path, ci: Ci, pipeline: Pipeline | None) -> Iterator[NewFile]:
    whole = {SCHEMA: json.dumps(manifest_schema(), indent=2).encode() + b"\n"}
    if not any((root / "manifests").glob("**/*.yaml")):
        whole[MANIFEST] = _template("voices.yaml")
    if not (root / "voiceops.yml").exists():  # a slip, which every command tells of
        whole[CONFIG_NAME] = _template("settings.yaml")
    if ci is not Ci.NONE and pipeline:
        path, template = _WORKFLOWS[ci]
        whole[path] = pipeline.fill(_template(template))
    for path, data in whole.items():
        if not (root / path).exists():
            yield NewFile(path, data, is_new=True)


def _plan_lines(root: Path) -> Iterator[NewFile]:
    for name, line in _LINES.items():
        path = root / name
        try:
            before = read_regular(path) if path.exists() else b""
        except OSError as error:
            raise FileUnusable(f"{name}: cannot be read: {error.strerror}") from error
        if line.encode() in before.splitlines():
            continue
        gap = b"\n" if before and not before.endswith(b"\n") else b""
        yield NewFile(name, before + gap + line.encode() + b"\n", is_new=not before)


def _template(name: str) -> bytes:
    return (files("voiceops") / "templates" / name).read_bytes()
