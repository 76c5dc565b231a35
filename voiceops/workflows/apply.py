"""Carry out what is declared: settle, plan, let a person see it, apply."""

from __future__ import annotations

from collections.abc import Callable

from voiceops.apply.ages import Ages
from voiceops.apply.books import Books
from voiceops.apply.carry_out import carry_out
from voiceops.apply.gate import Gate
from voiceops.apply.run import Event, Run
from voiceops.apply.settle import settle_earlier
from voiceops.core.plan import Plan
from voiceops.core.planning.binding import name_changes
from voiceops.core.planning.planner import make_plan
from voiceops.core.result import Report, find_perhaps, find_spent
from voiceops.core.settings import Options
from voiceops.files.lockfile.lockfile import check_writable, read_lock
from voiceops.files.state.folder import make_state_dir
from voiceops.files.state.process_lock import hold
from voiceops.workflows.observe import Workspace, claims_of, observe, open_journal, read_declared


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
        settled = settle_earlier(run)
        lock = run.books.lock
        with everything.looking():
            facts = observe(workspace, options, lock, read_declared(workspace, lock))
        made = make_plan(facts)
        if made.changes:
            check_writable(workspace.environment.lockfile, lock, more=len(made.changes))
        confirm(made)
        run.books.refuse_changed()  # while the question was open
        results = (*settled, *carry_out(made, facts, run))
    return Report(
        environment=made.environment,
        endpoint=made.endpoint,
        lockfile=workspace.environment.lockfile.name,
        results=results,
        quota=made.quota,
        spent=find_spent(results, made),
        perhaps=find_perhaps(results, made),
        currency=made.price.currency,
        warnings=tuple(str(warning) for warning in made.warnings),
        stopped_by=everything.signal,
        plan_digest=name_changes(made),
    )


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
    return Run(
        provider=workspace.provider,
        books=Books(
            environment.lockfile,
            journal=journal,
            effects=workspace.effects,
            clock=workspace.provider.clock,
        ),
        effects=workspace.effects,
        root=workspace.root,
        state_dir=environment.state_dir,
        everything=everything,
        tell=tell,
        read_claims=lambda: claims_of(workspace),
        ages=Ages(workspace.provider.clock),
        settle_s=environment.settings.settle_s,
        parallelism=parallelism,
        may_wait=may_wait,
    )
