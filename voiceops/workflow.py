"""What a command does, from files and service to a document: observe, plan, apply, list."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from voiceops.apply.books import Books
from voiceops.apply.carry_out import carry_out
from voiceops.apply.gate import Gate
from voiceops.apply.run import Event, Run
from voiceops.apply.settle import recover, settle
from voiceops.core.facts import Facts, Intent
from voiceops.core.findings import Findings
from voiceops.core.inventory import Inventory, take_inventory
from voiceops.core.lock import Lock
from voiceops.core.plan import Plan
from voiceops.core.planner import make_plan
from voiceops.core.result import Report, find_spent
from voiceops.core.settings import Options
from voiceops.core.voice import LiveVoice
from voiceops.effects import Effects
from voiceops.errors import Fault, FilesInvalid, FileUnusable
from voiceops.files.config import Config, Environment, read_config
from voiceops.files.emergency import read_emergency
from voiceops.files.journal import Journal, Memory
from voiceops.files.lockfile import read_claims, read_lock
from voiceops.files.manifests import Manifests, read_manifests
from voiceops.files.process_lock import hold
from voiceops.files.state import make_state_dir
from voiceops.provider.protocol import Provider


@dataclass(frozen=True, slots=True)
class Workspace:
    """One environment of one project, with the service behind it.

    `endpoint` is how people call the service's address. `siblings` are the lockfiles of the other
    environments: their voices are never taken and never deleted.
    """

    root: Path
    environment: Environment
    siblings: tuple[Path, ...]
    endpoint: str
    provider: Provider
    effects: Effects


def find_siblings(root: Path, config: Config, environment: Environment) -> tuple[Path, ...]:
    """List the lockfiles of the other environments: those configured, and those that lie there."""
    configured = {other.lockfile for other in config.environments.values()}
    found = configured | set(root.glob("voiceops.lock")) | set(root.glob("voiceops.*.lock"))
    return tuple(sorted(found - {environment.lockfile}))


def plan(workspace: Workspace, options: Options) -> Plan:
    """Compare what is declared, locked and live; nothing is changed anywhere."""
    lock = read_lock(workspace.environment.lockfile)
    return make_plan(_observe(workspace, options, lock))


def apply(
    workspace: Workspace,
    options: Options,
    *,
    confirm: Callable[[Plan], None],
    tell: Callable[[Event], None],
    everything: Gate,
    may_wait: bool,
) -> Report:
    """Settle what is open, plan, let a person see the plan, and carry it out.

    `confirm` raises DecisionNeeded if the plan is not to be carried out.
    """
    _read_declared(workspace, read_lock(workspace.environment.lockfile))
    make_state_dir(workspace.root, effects=workspace.effects)
    with hold(workspace.environment.state_dir, effects=workspace.effects):
        run = _start(
            workspace,
            tell=tell,
            everything=everything,
            may_wait=may_wait,
            parallelism=options.parallelism,
        )
        recover(run)
        settle(run)
        facts = _observe(workspace, options, run.books.lock)
        made = make_plan(facts)
        confirm(made)
        results = carry_out(made, facts, run)
    return Report(
        environment=made.environment,
        endpoint=made.endpoint,
        lockfile=workspace.environment.lockfile.name,
        results=results,
        quota=made.quota,
        spent=find_spent(results, made),
        currency=made.price.currency,
        warnings=tuple(str(warning) for warning in made.warnings),
        stopped_by=everything.signal,
    )


def list_voices(workspace: Workspace) -> Inventory:
    """List the voices of the account, and say whose each is."""
    lock = read_lock(workspace.environment.lockfile)
    claims = read_claims(workspace.siblings)
    live = workspace.provider.list()
    return take_inventory(workspace.environment.name, workspace.endpoint, live, lock, claims)


def validate(root: Path, environment: str | None) -> Findings:
    """Check the manifests of one environment, or of all; offline.

    Raises FilesInvalid only for faults of the settings themselves.
    """
    config = read_config(root)
    chosen = [config.environment(environment)] if environment else config.environments.values()
    faults: set[Fault] = set()
    warnings: set[Fault] = set()
    voices: set[tuple[str, str]] = set()
    paths: set[str] = set()
    for one in chosen:
        try:
            manifests = read_manifests(root, one.manifests)
        except FilesInvalid as error:
            faults |= set(error.faults)
            paths |= {fault.place.path for fault in error.faults}
            continue
        warnings |= set(manifests.warnings)
        paths |= set(manifests.paths)
        voices |= {(desired.place.path, desired.name) for desired in manifests.desired}
    return Findings(len(paths), len(voices), tuple(sorted(faults)), tuple(sorted(warnings)))


def _start(
    workspace: Workspace,
    *,
    tell: Callable[[Event], None],
    everything: Gate,
    may_wait: bool,
    parallelism: int,
) -> Run:
    environment = workspace.environment
    journal = _journal(workspace)
    journal.mend()
    lock = read_lock(environment.lockfile)
    return Run(
        provider=workspace.provider,
        books=Books(environment.lockfile, lock, journal=journal, effects=workspace.effects),
        effects=workspace.effects,
        root=workspace.root,
        state_dir=environment.state_dir,
        everything=everything,
        tell=tell,
        claims=read_claims(workspace.siblings),
        settle_s=environment.settings.settle_s,
        parallelism=parallelism,
        may_wait=may_wait,
    )


def _observe(workspace: Workspace, options: Options, lock: Lock) -> Facts:
    """Gather everything that planning may look at."""
    manifests = _read_declared(workspace, lock)
    memory = _journal(workspace).recall()
    claims = read_claims(workspace.siblings)
    now = workspace.effects.now()
    live = workspace.provider.list()
    wanted = {entry.voice_id for entry in lock.voices.values()} | set(lock.deposed)
    wanted |= {desired.adopt for desired in manifests.desired if desired.adopt}
    missing = sorted(wanted - {voice.voice_id for voice in live} - memory.deleted)
    return Facts(
        environment=workspace.environment.name,
        endpoint=workspace.endpoint,
        desired=manifests.desired,
        lock=lock,
        live=live,
        now=now,
        claims=claims,
        queried=_query(missing, workspace.provider, options.parallelism),
        intents=(*memory.intents, *_unrecorded(workspace, memory, lock)),
        deleted=memory.deleted,
        deleting=memory.deleting,
        made=memory.made,
        settings=workspace.environment.settings,
        options=options,
        warnings=manifests.warnings,
    )


def _unrecorded(workspace: Workspace, memory: Memory, lock: Lock) -> list[Intent]:
    """List what is paid for and not in the lockfile yet, as creates that are still open."""
    now = workspace.effects.now()
    waiting = [(intent, voice_id) for intent, voice_id in memory.results]
    for name, entry in read_emergency(workspace.environment.lockfile):
        intent = Intent(
            id="",
            at=now,
            name=name,
            spec=entry.spec,
            target_model=entry.target_model,
            language=entry.language,
            protect=entry.protect,
            before=frozenset(),
        )
        waiting.append((intent, entry.voice_id))
    known = {entry.voice_id for entry in lock.voices.values()} | set(lock.deposed) | memory.deleted
    return [intent for intent, voice_id in waiting if voice_id not in known]


def _query(voice_ids: list[str], provider: Provider, workers: int) -> dict[str, LiveVoice | None]:
    if not voice_ids:
        return {}
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return dict(zip(voice_ids, pool.map(provider.query, voice_ids), strict=True))


def _read_declared(workspace: Workspace, lock: Lock) -> Manifests:
    """Read the manifests; a project that has neither manifests nor locked voices is an error."""
    globs = workspace.environment.manifests
    manifests = read_manifests(workspace.root, globs)
    if not manifests.paths and not lock.voices and not lock.deposed:
        hints = [f"{warning.message}: {warning.hint}" for warning in manifests.warnings]
        hints.append("write one under manifests/, or name the project's folder with -C")
        raise FileUnusable(f"no manifest matches {', '.join(globs)}", hint=hints[0])
    return manifests


def _journal(workspace: Workspace) -> Journal:
    return Journal(
        workspace.environment.state_dir / "journal.jsonl",
        effects=workspace.effects,
        settle_s=workspace.environment.settings.settle_s,
    )
