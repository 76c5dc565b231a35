"""One command for all environments, side by side."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from voiceops.cli.delivery import Delivery
from voiceops.cli.options import Callback, Global
from voiceops.cli.terminal import style_for
from voiceops.errors import ExitCode, UsageFault, VoiceopsError
from voiceops.threads import do_side_by_side

if TYPE_CHECKING:
    from pathlib import Path

    from voiceops.report.style import Style

Work = Callable[[Global, Delivery], int]

# From the best to the worst: a half-done apply weighs more than one that was not begun.
_SEVERITY = (
    ExitCode.DONE,
    ExitCode.CHANGES,
    ExitCode.DECISION,
    ExitCode.FAILED,
    ExitCode.PARTIAL,
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended in one environment: what it printed, and that in one line."""

    environment: str
    exit_code: ExitCode
    printed: str
    summary: str


def everywhere_option(callback: Callback) -> Callback:
    """Give a command --all-environments."""
    option = click.option(
        "--all-environments",
        is_flag=True,
        help="Work on every environment but the sandbox, side by side.",
    )
    return option(callback)


def say_each(said: Global) -> dict[str, Global]:
    """Say the same for each environment of the settings, by name, sorted, without the sandbox.

    The settings are read once. Raises UsageFault if an environment was named, too.
    """
    from voiceops.files.settings.read import SANDBOX

    if said.environment is not None:
        raise UsageFault("--env and --all-environments exclude each other", hint="leave one out")
    config = said.read_config()
    names = [name for name in config.environments if name != SANDBOX]
    return {name: replace(said, environment=name, config=config) for name in names}


def run_everywhere(
    each: Mapping[str, Global], delivery: Delivery, work: Work, *, parallelism: int
) -> ExitCode:
    """Do the work in each environment, and give the worst exit code.

    What they print is printed in the order of their names, as soon as it is their turn. An error
    ends the environment that it happened in, and no other.
    """

    def run(name: str) -> Outcome:
        return _run(name, each[name], delivery, work)

    outcomes: list[Outcome] = []
    for outcome in do_side_by_side(run, each, workers=parallelism):
        _print(outcome, as_json=delivery.as_json, is_first=not outcomes)
        outcomes.append(replace(outcome, printed=""))
    if delivery.as_json:
        click.echo("\n}")
    colour = next(iter(each.values())).colour
    style = style_for(sys.stderr if delivery.as_json else sys.stdout, colour)
    for line in _summarise(outcomes, style):
        click.echo(line, err=delivery.as_json, color=True)
    return max((outcome.exit_code for outcome in outcomes), key=_SEVERITY.index)


def _run(name: str, said: Global, delivery: Delivery, work: Work) -> Outcome:
    from voiceops.report.outlines.document import make_outline

    printed: list[str] = []
    headings: list[str] = []
    own = replace(
        delivery,
        output=delivery.output and _name_file(delivery.output, name),
        echo=printed.append,
        watch=lambda document: headings.append(": ".join(make_outline(document).heading)),
    )
    try:
        own.check()
        with own.telling_failures():
            code = work(said, own)
    except VoiceopsError as error:
        code = error.exit_code
        headings.append(f"{error.message}{f'; {error.hint}' if error.hint else ''}")
    return Outcome(name, ExitCode(code), "".join(printed), headings[-1])


def _name_file(path: Path, environment: str) -> Path:
    """Give each environment a file of its own: plan.json becomes plan.prod.json."""
    return path.with_suffix(f".{environment}{path.suffix}")


def _print(outcome: Outcome, *, as_json: bool, is_first: bool) -> None:
    """Print what an environment has to say; as JSON, a member of one object."""
    if as_json:
        lead = "{\n" if is_first else ",\n"
        click.echo(f'{lead}"{outcome.environment}": {outcome.printed.rstrip()}', nl=False)
    elif outcome.printed:
        click.echo(f"{outcome.printed}\n", nl=False, color=True)


def _summarise(outcomes: list[Outcome], style: Style) -> Iterator[str]:
    from voiceops.report.sentences import say_count
    from voiceops.report.terminal import show

    widest = max(len(outcome.environment) for outcome in outcomes)
    for outcome in outcomes:
        looks = ("green",) if outcome.exit_code is ExitCode.DONE else ("yellow",)
        code = style.paint(f"exit {outcome.exit_code:<3}", *looks)
        yield f"{outcome.environment:<{widest}}  {code}  {show(outcome.summary)}"
    count = sum(outcome.exit_code is ExitCode.DONE for outcome in outcomes)
    total = say_count(len(outcomes), "environment")
    yield style.paint(f"{total}, {count:,} of them with exit code 0.", "bold")
