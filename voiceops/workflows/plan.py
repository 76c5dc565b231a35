"""What only looks, from files and service to a document: plan and list."""

from __future__ import annotations

from voiceops.core.forms import ACCOUNT_ZONE
from voiceops.core.inventory import Inventory, take_inventory
from voiceops.core.plan import Plan
from voiceops.core.planning.deposed import find_due
from voiceops.core.planning.planner import make_plan
from voiceops.core.settings import Options
from voiceops.files.lockfile.lockfile import read_lock
from voiceops.workflows.observe import Workspace, claims_of, observe, read_declared


def plan(workspace: Workspace, options: Options) -> Plan:
    """Compare what is declared, locked and live; nothing is changed anywhere."""
    lock = read_lock(workspace.environment.lockfile)
    return make_plan(observe(workspace, options, lock, read_declared(workspace, lock)))


def list_voices(workspace: Workspace) -> Inventory:
    """List the voices of the account, and say whose each is."""
    lock = read_lock(workspace.environment.lockfile)
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
