"""What only looks, from files and service to a document: plan and list."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from voiceops.core.families.fit import find_reachable
from voiceops.core.families.move import move
from voiceops.core.forms import ACCOUNT_ZONE
from voiceops.core.inventory import Inventory, take_inventory
from voiceops.core.plan import Plan
from voiceops.core.planning.deposed import find_due
from voiceops.core.planning.planner import make_plan
from voiceops.core.settings import Options, matches
from voiceops.errors import UsageFault, VoiceopsError
from voiceops.files.lockfile.lockfile import read_lock
from voiceops.files.manifests.read import Manifests, read_manifests
from voiceops.workflows.observe import Workspace, claims_of, find_families, observe, read_declared


@dataclass(frozen=True, slots=True)
class AsIf:
    """Plan as if voices were for another model: those of the globs `names`, or all without any."""

    target_model: str
    names: tuple[str, ...] = ()


def plan(workspace: Workspace, options: Options, *, as_if: AsIf | None = None) -> Plan:
    """Compare what is declared, locked and live; nothing is changed anywhere.

    `as_if` asks what a move would take: what does not fit its model is among the warnings. Such a
    plan is not what the manifests say, and can not be applied.
    """
    lock = read_lock(workspace.environment.lockfile)
    manifests = read_declared(workspace, lock)
    if as_if is not None:
        _refuse_unknown(as_if.names, manifests)
        moved, faults = move(
            manifests.desired,
            as_if.target_model,
            names=as_if.names,
            endpoint=workspace.environment.endpoint,
        )
        warnings = (*manifests.warnings, *faults)
        manifests = replace(manifests, desired=moved, warnings=warnings)
        endpoint = workspace.environment.endpoint
        workspace.provider.use(find_reachable(as_if.target_model, endpoint))
    return make_plan(observe(workspace, options, lock, manifests))


def _refuse_unknown(globs: tuple[str, ...], manifests: Manifests) -> None:
    for glob in globs:
        if not any(matches((glob,), one.name) for one in manifests.desired):
            raise UsageFault(f"no voice is declared as {glob}", hint="see `voiceops validate`")


def list_voices(workspace: Workspace) -> Inventory:
    """List the voices of the account, and say whose each is."""
    lock = read_lock(workspace.environment.lockfile)
    workspace.provider.use(find_families((), lock))
    with suppress(VoiceopsError):  # what is declared is not asked about
        manifests = read_manifests(workspace.root, workspace.environment.manifests)
        workspace.provider.use(find_families(manifests.desired, lock))
    clock = workspace.provider.clock
    begun = clock.mark()
    live = workspace.provider.list()
    now = clock.earliest(begun) if clock.has_heard else begun.wall
    today = now.astimezone(ACCOUNT_ZONE).date()
    settings = workspace.environment.settings
    return take_inventory(
        workspace.environment.name,
        workspace.endpoint,
        live,
        lock,
        claims_of(workspace),
        due={voice: find_due(one, settings, today)[1] for voice, one in lock.deposed.items()},
    )
