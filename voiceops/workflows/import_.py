"""Import voices of the account: into a manifest, then into the lockfile; nothing is created."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from voiceops.containment import find_stray
from voiceops.core.desired import Desired
from voiceops.core.facts import Facts
from voiceops.core.families.known import family_of_voice
from voiceops.core.importing import Choice, choose_imports, find_spec
from voiceops.core.plan import Action, Change, Reason
from voiceops.core.planning.lock_changes import do_free_parts
from voiceops.core.settings import Options
from voiceops.errors import DecisionNeeded, Fault, FilesInvalid, FileUnusable
from voiceops.files.atomic import replace_file
from voiceops.files.lockfile.lockfile import read_lock, write_lock
from voiceops.files.manifests.edit import (
    NewVoice,
    add_voices,
    find_undeclarable,
    is_matched,
    make_manifest,
)
from voiceops.files.manifests.paths import find_glob_misfit
from voiceops.files.manifests.read import Manifests, read_manifest, read_manifests
from voiceops.files.settings.read import SANDBOX, read_config
from voiceops.files.state.folder import make_state_dir
from voiceops.files.state.process_lock import hold
from voiceops.files.user_file import read_source
from voiceops.files.write_errors import writing
from voiceops.workflows.observe import Workspace, find_families, observe


def import_voices(
    workspace: Workspace,
    wanted: Iterable[str] | None,
    *,
    path: str,
    confirm: Callable[[Choice], None],
) -> Choice:
    """Declare and lock existing voices: those `wanted`, or all that nobody here has.

    They are added to the manifest at `path`, which is made if need be. `confirm` raises
    DecisionNeeded if that is not to be done. A crash between the two files loses nothing: the next
    apply adopts what is declared and not locked.
    """
    path = PurePosixPath(path).as_posix()
    wanted = None if wanted is None else tuple(wanted)
    make_state_dir(workspace.root, effects=workspace.effects)
    with hold(workspace.environment.state_dir, effects=workspace.effects):
        manifests = read_manifests(workspace.root, workspace.environment.manifests)
        _check_target(path, manifests, workspace)
        lock = read_lock(workspace.environment.lockfile)
        named = (family_of_voice(voice_id) for voice_id in wanted or ())
        workspace.provider.use(find_families(manifests.desired, lock))
        workspace.provider.use(family.key for family in named if family)
        facts = observe(workspace, Options(), lock, manifests)
        _refuse_open(facts)
        undeclarable = {
            voice.voice_id: f"cannot be declared: {fault}"
            for voice in facts.live
            if (spec := find_spec(voice)) and (fault := find_undeclarable(spec))
        }
        taken = _find_names(workspace)
        choice = choose_imports(facts, wanted, taken=taken, undeclarable=undeclarable)
        confirm(choice)
        if choice.imports:
            declared = _declare(choice, path, workspace)
            _lock(choice, declared, facts, workspace)
    return choice


def find_readers(workspace: Workspace, path: str) -> list[str]:
    """Name the other environments that read a manifest, too: they would create what it declares."""
    own = {workspace.environment.name, SANDBOX}
    return [
        environment.name
        for environment in read_config(workspace.root).environments.values()
        if environment.name not in own and is_matched(path, environment.manifests)
    ]


def _check_target(path: str, manifests: Manifests, workspace: Workspace) -> None:
    """Refuse a file that would not be read as a manifest of this environment."""
    globs = workspace.environment.manifests
    misfit = find_glob_misfit(path)
    if misfit:
        raise FileUnusable(f"{path}: the path {misfit.message}", hint=misfit.hint)
    file = workspace.root / path
    is_new = not os.path.lexists(file)
    is_read = is_matched(path, globs) if is_new else path in manifests.paths
    if not is_read or find_stray(workspace.root, file):
        raise FileUnusable(
            f"{path}: this environment does not read its manifests from there",
            hint=f"name a file that matches {' or '.join(globs)}",
        )


def _refuse_open(facts: Facts) -> None:
    """Refuse while a create has an unknown outcome: one of the voices may be its own."""
    if facts.intents:
        names = ", ".join(sorted({intent.name for intent in facts.intents}))
        raise DecisionNeeded(
            f"nothing was imported: the outcome of creating {names} is open",
            hint="run `voiceops apply` first: it finds out which voices are its own",
        )


def _find_names(workspace: Workspace) -> set[str]:
    """Collect the names that any environment declares or has locked: files may be shared."""
    environments = read_config(workspace.root).environments.values()
    names: set[str] = set()
    for globs in sorted({environment.manifests for environment in environments}):
        for desired in read_manifests(workspace.root, globs).desired:
            names |= {desired.name, *desired.aliases}
    return names.union(*(read_lock(path).voices for path in workspace.siblings))


def _declare(choice: Choice, path: str, workspace: Workspace) -> dict[str, Desired]:
    """Write the manifest; gives what it declares, by name."""
    voices = [
        NewVoice(one.name, one.spec, one.voice_id if one.is_pinned else "", one.sent_as)
        for one in choice.imports
    ]
    data = _add_to(path, voices, workspace.root)
    manifest = read_manifest(data, path=path)
    declared = {one.name: one.desired for one in manifest.declared if one.desired}
    if manifest.faults or any(declared[one.name].spec != one.spec for one in choice.imports):
        raise FileUnusable(
            f"{path}: what is live cannot be written there, so the file is left as it is",
            hint="name another file with --file",
        )
    file = workspace.root / path
    with writing(file):
        workspace.effects.make_dir(file.parent)
        replace_file(file, data, effects=workspace.effects, mode=0o644)
    return declared


def _add_to(path: str, voices: list[NewVoice], root: Path) -> bytes:
    if not os.path.lexists(root / path):
        return make_manifest(voices)
    data = read_source(root, path)
    if isinstance(data, Fault):
        raise FilesInvalid((data,))
    return add_voices(data, voices, path=path)


def _lock(choice: Choice, declared: dict[str, Desired], facts: Facts, workspace: Workspace) -> None:
    live = {voice.voice_id: voice for voice in facts.live}
    changes = [
        Change(
            Action.ADOPT,
            Reason.DECLARED,
            one.name,
            voice=one.voice_id,
            desired=declared[one.name],
        )
        for one in choice.imports
    ]
    lock = do_free_parts(facts.lock, changes, live)
    write_lock(workspace.environment.lockfile, lock, effects=workspace.effects)
