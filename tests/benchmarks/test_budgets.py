"""What a command costs, in what repeats: seconds are no test, counts are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bench_data
import pytest
from bench_budgets import (
    CHECKED,
    ROOM,
    count_a_create,
    count_all_instructions,
    flatten,
    read_budgets,
)
from bench_counts import (
    COMMANDS,
    FEW,
    MANY,
    START_UP,
    Ground,
    count_system_calls,
    make_ground,
    voiceops,
)
from optional import needs_program, needs_python

BUDGETS = read_budgets()
EXACT = ("requests", "fsyncs", "reads", "folders", "connections")
CALLS = {**START_UP, **COMMANDS}
# What Python itself loads and executes is part of these counts.
needs_recorded_python = needs_python(BUDGETS.python)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A project whose voices are one page of a listing."""
    with make_ground(tmp_path_factory.mktemp("few"), FEW) as ground:
        yield ground


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A project whose voices are two pages."""
    with make_ground(tmp_path_factory.mktemp("many"), MANY) as ground:
        yield ground


@pytest.mark.parametrize("command", CALLS)
def test_a_command_asks_syncs_and_opens_no_more_than_its_budget(few: Ground, command: str) -> None:
    counted = flatten(few.count(CALLS[command]))
    over = {name: counted[name] for name in EXACT if counted[name] > allowed(command)[name]}
    assert over == {}


@pytest.mark.parametrize("command", COMMANDS)
def test_with_more_voices_only_the_pages_of_the_listing_are_more(
    few: Ground, many: Ground, command: str
) -> None:
    of_few = few.count(COMMANDS[command])
    pages = {action: count * 2 for action, count in of_few.requests.items()}
    assert set(pages) <= {"list"}
    assert many.count(COMMANDS[command]) == replace(of_few, requests=pages)


@pytest.mark.parametrize("count", [2, 7])
def test_settings_are_read_once_and_each_lockfile_twice_for_all_environments(
    tmp_path: Path, count: int
) -> None:
    """Each environment reads its manifests and its lockfile; the others share what it says.

    And it looks whether there are a journal, an emergency file and a lockfile of the sandbox.
    """
    with make_ground(tmp_path, FEW) as ground:
        ground.copy_environment(count)
        counted = ground.count(["plan", "--all-environments"])
    assert counted.reads == 1 + (3 + 3) * count


def test_each_create_adds_no_more_than_its_budget(tmp_path: Path) -> None:
    with make_ground(tmp_path, FEW) as ground:
        counted = count_a_create(ground)
    assert {name: n for name, n in counted.items() if n > BUDGETS.a_create[name]} == {}


@needs_recorded_python
@pytest.mark.parametrize("command", [*CALLS, "completion"])
def test_a_command_loads_no_more_modules_than_its_budget(few: Ground, command: str) -> None:
    env = bench_data.COMPLETION if command == "completion" else {}
    counted = few.count(CALLS.get(command, []), env)
    assert counted.modules <= allowed(command)["modules"] * ROOM


@needs_recorded_python
@needs_program("strace", "-f", "-c", "-o", "/dev/null", "true")
@pytest.mark.parametrize("command", CALLS)
def test_a_command_makes_no_more_system_calls_than_its_budget(few: Ground, command: str) -> None:
    counted = count_system_calls(few, voiceops(*CALLS[command]))
    assert counted <= allowed(command)["system_calls"] * ROOM


@needs_recorded_python
@needs_program("valgrind", "--version")
def test_a_command_executes_no_more_instructions_than_its_budget(tmp_path: Path) -> None:
    """As multiples of bare Python's, so that they hold for other builds of it, too."""
    with make_ground(tmp_path, CHECKED) as ground:
        counted = count_all_instructions(ground)
    over = {
        name: times for name, times in counted.items() if times > BUDGETS.instructions[name] * ROOM
    }
    assert over == {}


def allowed(command: str) -> dict[str, float]:
    return BUDGETS.commands[command]
