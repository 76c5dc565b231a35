"""What each command may cost at the most, as data, and how that is recorded anew."""

from __future__ import annotations

import sys
import tempfile
import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import bench_data
from bench_counts import (
    COMMANDS,
    FEW,
    START_UP,
    Counts,
    Ground,
    count_instructions,
    count_system_calls,
    make_ground,
    voiceops,
)

FILE = Path(__file__).with_name("budgets.toml")
ROOM = 1.1  # what grows a little with a dependency's release is no reason to fail
CHECKED = 100  # voices in the project whose instructions are counted
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
HEAD = """\
# What each command may cost; `python tests/benchmarks --record-budgets` writes this file.
# Requests, fsyncs, reads and folders of the project, and connections are bounds as they stand;
# modules, system calls and instructions have 10 % more room than what was counted.
"""

Tables = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Budgets:
    """The bounds by command; `python` is the version whose modules and instructions they are."""

    python: str
    commands: dict[str, dict[str, float]]
    a_create: dict[str, float]
    instructions: dict[str, float]


def read_budgets() -> Budgets:
    """Read the bounds."""
    return Budgets(**tomllib.loads(FILE.read_text(encoding="utf-8")))


def record_budgets(tell: Callable[[str], None]) -> None:
    """Count everything, and make that the bounds."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        few = stack.enter_context(make_ground(folder, FEW))
        commands = {}
        for name, words in {**START_UP, **COMMANDS}.items():
            tell(f"counting {name}")
            calls = count_system_calls(few, voiceops(*words))
            commands[name] = {**flatten(few.count(words)), "system_calls": calls}
        commands["completion"] = flatten(few.count([], bench_data.COMPLETION))
        a_create = count_a_create(few)
        checked = stack.enter_context(make_ground(folder, CHECKED))
        tell("counting instructions")
        instructions = count_all_instructions(checked)
    text = HEAD + f'python = "{PYTHON}"\n'
    tables: Tables = {
        **{f'commands."{name}"': row for name, row in commands.items()},
        "a_create": a_create,
        "instructions": instructions,
    }
    for name, row in tables.items():
        lines = [f'"{key}" = {write_number(value)}' for key, value in row.items()]
        text += f"\n[{name}]\n" + "\n".join(lines) + "\n"
    FILE.write_text(text, encoding="utf-8")


def write_number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def flatten(counts: Counts) -> dict[str, float]:
    """Give the counts by name; all requests together."""
    return {**asdict(counts), "requests": sum(counts.requests.values())}


def count_a_create(ground: Ground) -> dict[str, float]:
    """Count what each create adds to an apply: from one to three, after a first one.

    The first one in a project makes folders, too.
    """
    counted = []
    for more in (1, 2, 5):
        ground.declare_more(more)
        counted.append(flatten(ground.count(["apply", "--yes", "--parallelism", "1"])))
    _, one, three = counted
    names = ("requests", "fsyncs", "reads", "connections")
    return {name: (three[name] - one[name]) / 2 for name in names}


def count_all_instructions(ground: Ground) -> dict[str, float]:
    """Count the instructions of some commands, as multiples of bare Python's."""
    bare = count_instructions(ground, [sys.executable, "-c", "pass"])
    wanted = {
        "--version": (voiceops("--version"), {}),
        "--help": (voiceops("--help"), {}),
        "completion": (voiceops(), bench_data.COMPLETION),
        f"validate, {CHECKED} voices": (voiceops("validate"), {}),
        f"plan, {CHECKED} voices": (voiceops("plan"), {}),
    }
    return {
        name: count_instructions(ground, words, env) / bare for name, (words, env) in wanted.items()
    }
