"""Check what people wrote, offline: settings, manifests, and whether lockfiles agree."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from voiceops.core.agreement import find_disagreements
from voiceops.core.families.fit import find_misplaced
from voiceops.core.findings import Findings
from voiceops.errors import Fault, FilesInvalid
from voiceops.files.lockfile.lockfile import read_lock
from voiceops.files.manifests.read import read_manifests
from voiceops.files.settings.read import SANDBOX, read_config


def validate(root: Path, environment: str | None, *, is_locked: bool) -> Findings:
    """Check the manifests of one environment, or of all; offline.

    With `is_locked` they must agree with their lockfiles, too; without an environment's name the
    sandbox's is not looked at.

    Raises FilesInvalid only for faults of the settings themselves.
    """
    config = read_config(root)
    chosen = [config.environment(environment)] if environment else config.environments.values()
    faults: set[Fault] = set()
    warnings: set[Fault] = set()
    voices: set[tuple[str, str]] = set()
    paths: set[str] = set()
    read = cache(partial(read_manifests, root))  # environments may share their files
    for one in chosen:
        try:
            manifests = read(one.manifests)
        except FilesInvalid as error:
            faults |= set(error.faults)
            paths |= {fault.place.path for fault in error.faults}
            continue
        warnings |= set(manifests.warnings)
        faults |= set(find_misplaced(manifests.desired, one.endpoint))
        paths |= set(manifests.paths)
        voices |= {(desired.place.path, desired.name) for desired in manifests.desired}
        if is_locked and (environment or one.name != SANDBOX):
            lock = read_lock(one.lockfile)
            faults |= set(
                find_disagreements(
                    manifests.desired,
                    lock,
                    lockfile=one.lockfile.name,
                    former=manifests.former,
                )
            )
    return Findings(len(paths), len(voices), tuple(sorted(faults)), tuple(sorted(warnings)))
