"""What a command does, from files and service to a document: plan, apply, list, validate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from voiceops.apply.books import Books
from voiceops.apply.carry_out import carry_out
from voiceops.apply.gate import Gate
from voiceops.apply.run import Event, Run
from voiceops.apply.settle import recover, settle
from voiceops.core.agreement import find_disagreements
from voiceops.core.findings import Findings
from voiceops.core.inventory import Inventory, take_inventory
from voiceops.core.plan import Plan
from voiceops.core.planner import make_plan
from voiceops.core.result import Report, find_spent
from voiceops.core.settings import Options
from voiceops.errors import Fault, FilesInvalid
from voiceops.files.config import SANDBOX, read_config
from voiceops.files.lockfile import read_lock
from voiceops.files.manifests import read_manifests
from voiceops.files.process_lock import hold
from voiceops.files.state import make_state_dir
from voiceops.observe import Workspace, claims_of, observe, open_journal, read_declared


def plan(workspace: Workspace, options: Options) -> Plan:
    """Compare what is declared, locked and live; nothing is changed anywhere."""
    lock = read_lock(workspace.environment.lockfile)
    return make_plan(observe(workspace, options, lock, read_declared(workspace, lock)))


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
    read_declared(workspace, read_lock(workspace.environment.lockfile))
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
        lock = run.books.lock
        with everything.looking():
            facts = observe(workspace, options, lock, read_declared(workspace, lock))
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
    live = workspace.provider.list()
    claims = claims_of(workspace)
    return take_inventory(workspace.environment.name, workspace.endpoint, live, lock, claims)


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
        if is_locked and (environment or one.name != SANDBOX):
            lock = read_lock(one.lockfile)
            faults |= set(find_disagreements(manifests.desired, lock, lockfile=one.lockfile.name))
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
    journal = open_journal(workspace)
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
        read_claims=lambda: claims_of(workspace),
        settle_s=environment.settings.settle_s,
        parallelism=parallelism,
        may_wait=may_wait,
    )
