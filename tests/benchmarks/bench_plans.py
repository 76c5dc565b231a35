"""The commands that are compared: the same work by each tool."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from bench_peers import octodns_validate_of, open_kubectl, open_octodns, open_terraform
from bench_projects import open_floor, open_voiceops, validate_of
from bench_runs import BenchmarkFailed, Command, Runner
from bench_tools import Tools

PLANS: dict[str, Callable[[Tools, int], object]] = {
    "voiceops": open_voiceops,
    "R": open_floor,
    "octoDNS": open_octodns,
    "Terraform": open_terraform,
    "kubectl": open_kubectl,
}


def open_plans(
    tools: Tools, count: int, names: list[str], stack: ExitStack, runner: Runner
) -> tuple[dict[str, Command], dict[str, str]]:
    """Set all tools up for a size; gives their commands, and why the others are absent."""
    commands: dict[str, Command] = {}
    absent: dict[str, str] = {}
    for name in names:
        try:
            command = stack.enter_context(PLANS[name](tools, count))  # type: ignore[arg-type]
            runner.run(command)
            commands[name] = command
        except BenchmarkFailed as error:
            if name in {"voiceops", "R", "octoDNS"}:
                raise
            absent[name] = str(error)
    return commands, absent


def validations(tools: Tools, count: int) -> dict[str, Command]:
    """Give the checks of a project's files, in one file and in a file for each."""
    return {
        "voiceops, one file": validate_of(tools, count, count),
        "octoDNS, one file": octodns_validate_of(tools, count, is_split=False),
        f"voiceops, {count:,} files": validate_of(tools, count, 1),
        f"octoDNS, {count:,} files": octodns_validate_of(tools, count, is_split=True),
    }
