"""What a command sees: files, journal and account, gathered for planning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from voiceops.containment import find_stray
from voiceops.core.desired import Desired
from voiceops.core.facts import Claims, Facts
from voiceops.core.families.fit import find_misplaced
from voiceops.core.families.known import family_of, family_of_voice
from voiceops.core.lock import Lock
from voiceops.core.planning.neighbours import Neighbour
from voiceops.core.settings import Options, Orphans
from voiceops.core.voice import LiveVoice
from voiceops.effects import Effects
from voiceops.errors import FilesInvalid, FileUnusable, ModelGone
from voiceops.files.lockfile.claims import find_lockfiles, read_claims
from voiceops.files.lockfile.lockfile import read_lock
from voiceops.files.manifests.read import Manifests, read_manifests
from voiceops.files.settings.read import SANDBOX, Config, Environment
from voiceops.files.state.journal import Journal
from voiceops.files.state.unrecorded import find_unrecorded
from voiceops.provider.protocol import Provider
from voiceops.threads import do_side_by_side

JOURNAL_NAME = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Workspace:
    """One environment of one project, with the service behind it.

    `endpoint` is how people call the service's address. `siblings` are the lockfiles of the other
    environments: their voices are never taken and never deleted. `neighbours` are the configured
    environments that may be of the same account.
    """

    root: Path
    environment: Environment
    siblings: tuple[Path, ...]
    endpoint: str
    provider: Provider
    effects: Effects
    neighbours: tuple[Environment, ...] = ()


def find_siblings(root: Path, config: Config, environment: Environment) -> tuple[Path, ...]:
    """List the lockfiles of the other environments: those configured, and those that lie there.

    Where voices are deleted that nobody declares, every lockfile of the project counts, wherever
    it lies: an environment may have been taken out of the settings. Raises FileUnusable for a
    link that leads out of the project.
    """
    configured = {other.lockfile for other in config.environments.values()}
    found = configured | set(root.glob("voiceops.lock")) | set(root.glob("voiceops.*.lock"))
    if environment.settings.orphans is Orphans.DELETE:
        found |= set(find_lockfiles(root))
    return tuple(_refuse_stray(root, path) for path in sorted(found - {environment.lockfile}))


def find_neighbours(config: Config, environment: Environment) -> tuple[Environment, ...]:
    """List the configured environments that may share an account with this one.

    At the sandbox each environment has an account of its own.
    """
    if environment.endpoint == SANDBOX:
        return ()
    others = (other for other in config.environments.values() if other.endpoint != SANDBOX)
    return tuple(other for other in others if other.name != environment.name)


def observe(workspace: Workspace, options: Options, lock: Lock, manifests: Manifests) -> Facts:
    """Gather everything that planning may look at; the lockfile and manifests were read before."""
    clock = workspace.provider.clock
    begun = clock.mark()
    live = workspace.provider.list()
    memory = open_journal(workspace).recall()
    models = (family_of(intent.target_model) for intent in memory.intents)
    if workspace.provider.use(family.key for family in models if family):
        live = workspace.provider.list()
    claims = claims_of(workspace)
    wanted = {entry.voice_id for entry in lock.voices.values()} | set(lock.deposed)
    now = clock.earliest(begun) if clock.has_heard else begun.wall
    unrecorded = find_unrecorded(memory, lock, workspace.environment.lockfile, now=now)
    wanted |= {intent.made for intent in unrecorded}
    wanted |= {desired.adopt for desired in manifests.desired if desired.adopt}
    used = find_families(manifests.desired, lock)
    if used and used <= workspace.provider.unreachable.keys():
        answers = "; ".join(workspace.provider.unreachable[key] for key in sorted(used))
        hint = "this says nothing about the voices: see whether key, region and models are right"
        raise ModelGone(f"no family in use answers: {answers}", hint=hint)
    unseen = wanted - {voice.voice_id for voice in live} - memory.deleted
    unreachable = workspace.provider.unreachable
    missing = sorted(one for one in unseen if _is_reachable(one, unreachable))
    former = {
        voice.former_spec: voice.spec.digest for voice in live if voice.spec and voice.former_spec
    }
    restated = lock.restate({**manifests.former, **former})
    return Facts(
        environment=workspace.environment.name,
        endpoint=workspace.endpoint,
        desired=manifests.desired,
        lock=restated,
        live=live,
        now=now,
        ahead=clock.ahead,
        claims=claims,
        queried=_query(missing, workspace.provider, options.parallelism),
        intents=(
            *(one.doubted(wall=begun.wall, earliest=now) for one in memory.intents),
            *unrecorded,
        ),
        deleted=memory.deleted,
        deleting=memory.deleting,
        made=memory.made,
        unreachable=unreachable,
        settings=workspace.environment.settings,
        options=options,
        warnings=manifests.warnings,
        restated=_find_restated(lock, restated),
        overlooked=manifests.overlooked,
        neighbours=_ask_neighbours(workspace, lock, manifests),
    )


def _is_reachable(voice_id: str, unreachable: Mapping[str, str]) -> bool:
    family = family_of_voice(voice_id)
    return family is None or family.key not in unreachable


def _ask_neighbours(
    workspace: Workspace, lock: Lock, manifests: Manifests
) -> tuple[Neighbour, ...]:
    """Read the other environments of the account, if a voice may move to one or come from one.

    Or if voices that nobody declares are deleted: one of them may declare them.
    """
    declared = {desired.name for desired in manifests.desired}
    is_leaving = bool(lock.voices.keys() - declared)
    is_coming = any(one.adopt or one.name not in lock.voices for one in manifests.desired)
    is_cleaning = workspace.environment.settings.orphans is Orphans.DELETE
    if not is_leaving and not is_coming and not lock.deposed and not is_cleaning:
        return ()
    return tuple(_read_neighbour(workspace, other) for other in workspace.neighbours)


def _read_neighbour(workspace: Workspace, other: Environment) -> Neighbour:
    lock = read_lock(other.lockfile)
    locked = tuple(sorted(lock.voices.items()))
    deposed = frozenset(lock.deposed)
    try:
        desired = read_manifests(workspace.root, other.manifests).desired
    except (FilesInvalid, FileUnusable):
        return Neighbour(other.name, locked, None, deposed)
    return Neighbour(other.name, locked, desired, deposed)


def _find_restated(lock: Lock, restated: Lock) -> frozenset[str]:
    return frozenset(n for n, entry in lock.voices.items() if entry != restated.voices[n])


def claims_of(workspace: Workspace) -> Claims:
    """Read what belongs to the other environments, as far as this machine knows."""
    environment = workspace.environment
    return read_claims(
        workspace.siblings,
        find_journals(environment),
        expected=[other.lockfile for other in workspace.neighbours],
        effects=workspace.effects,
        settle_s=environment.settings.settle_s,
    )


def find_journals(environment: Environment) -> list[Path]:
    """List the journals of the other environments on this machine."""
    folder = environment.state_dir.parent
    found = sorted(folder.glob(f"*/{JOURNAL_NAME}"))
    own = environment.state_dir
    return [_refuse_stray(folder.parent, path) for path in found if path.parent != own]


def _refuse_stray(root: Path, path: Path) -> Path:
    """Give the path; FileUnusable if its links lead out of the project.

    To pass over it would be to know less of what belongs to others.
    """
    if why := find_stray(root, path):
        raise FileUnusable(f"{path}: {why}", hint="put the file itself there, or remove it")
    return path


def _query(voice_ids: list[str], provider: Provider, workers: int) -> dict[str, LiveVoice | None]:
    found = do_side_by_side(provider.query, voice_ids, workers=workers)
    return dict(zip(voice_ids, found, strict=True))


def read_declared(workspace: Workspace, lock: Lock) -> Manifests:
    """Read the manifests; a project that has neither manifests nor locked voices is an error.

    The families of what is declared and locked are in use from here on.
    """
    globs = workspace.environment.manifests
    manifests = read_manifests(workspace.root, globs)
    if not manifests.paths and not lock.voices and not lock.deposed:
        hints = [f"{warning.message}: {warning.hint}" for warning in manifests.warnings]
        hints.append("write one under manifests/, or name the project's folder with -C")
        raise FileUnusable(f"no manifest matches {', '.join(globs)}", hint=hints[0])
    misplaced = tuple(find_misplaced(manifests.desired, workspace.environment.endpoint))
    if misplaced:
        raise FilesInvalid(misplaced)
    workspace.provider.use(find_families(manifests.desired, lock))
    return manifests


def find_families(desired: Iterable[Desired], lock: Lock) -> frozenset[str]:
    """Name the families of what is declared, locked or deposed."""
    voices = {entry.voice_id for entry in lock.voices.values()} | set(lock.deposed)
    found = [
        *(one.family for one in desired),
        *(family for voice_id in voices if (family := family_of_voice(voice_id))),
    ]
    return frozenset(family.key for family in found)


def open_journal(workspace: Workspace) -> Journal:
    """Open the environment's journal."""
    return Journal(
        workspace.environment.state_dir / JOURNAL_NAME,
        effects=workspace.effects,
        settle_s=workspace.environment.settings.settle_s,
        clock=workspace.provider.clock,
    )
