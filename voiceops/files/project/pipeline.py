"""What a pipeline is written for: an environment, a branch, a folder of the repository."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path

from voiceops.errors import UsageFault
from voiceops.files.phrases import quote
from voiceops.files.project.git_state import find_main_branch
from voiceops.files.settings.read import Environment

# What means the same in YAML, in a shell, in a list of globs and in an expression of the platform.
_PLAIN = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./-]*")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What stands in a template's places; each but the requirement is a plain word.

    `directory`, `lockfile` and `state` are paths from the repository's top; `directory` is `.` at
    the top. `key` is the name of the variable that holds the key.
    """

    requirement: str
    environment: str
    directory: str
    lockfile: str
    state: str
    key: str
    branch: str

    def fill(self, template: bytes) -> bytes:
        """Put the values into the places, which are called VOICEOPS-REQUIREMENT and so on."""
        for name, value in asdict(self).items():
            template = template.replace(f"VOICEOPS-{name.upper()}".encode(), value.encode())
        return template


def make_pipeline(root: Path, environment: Environment, requirement: str) -> Pipeline:
    """Find what a pipeline for this environment of the project in `root` needs to know.

    Raises UsageFault for an environment that needs no key, which lives on one machine alone, and
    for names that would have to be quoted differently from place to place.
    """
    if not environment.key_variable:
        raise UsageFault(
            f"the environment {environment.name} is a sandbox of this machine, and no pipeline's",
            hint="name another one with --env",
        )
    top = find_top(root)
    pipeline = Pipeline(
        requirement=requirement,
        environment=environment.name,
        directory=root.relative_to(top).as_posix(),
        lockfile=_from_top(top, root, environment.lockfile),
        state=_from_top(top, root, environment.state_dir),
        key=environment.key_variable,
        branch=find_main_branch(root),
    )
    for name in ("directory", "lockfile", "branch"):
        value = getattr(pipeline, name)
        if not _PLAIN.fullmatch(value):
            raise UsageFault(
                f"the {name} {quote(value)} has characters that no pipeline is written with",
                hint="use A-Z a-z 0-9 _ . / - alone",
            )
    return pipeline


def find_top(root: Path) -> Path:
    """Find the top of the repository that a folder lies in; without one, the folder itself."""
    return next((up for up in (root, *root.parents) if (up / ".git").exists()), root)


def _from_top(top: Path, root: Path, path: Path) -> str:
    return (root / path.relative_to(root.absolute())).relative_to(top).as_posix()
