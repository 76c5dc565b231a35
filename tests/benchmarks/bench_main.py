"""Measures voiceops and its peers in turn, and writes the results into the documentation."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench_apply import run_real, run_virtual
from bench_budgets import record_budgets
from bench_page import fill_page
from bench_peers import name_kubectl, name_terraform
from bench_plans import PLANS, open_plans, validations
from bench_plot import draw
from bench_projects import open_accounts, start_up
from bench_results import Results
from bench_runs import BenchmarkFailed, Runner
from bench_targets import ACCOUNTS, OWN
from bench_tools import KEPT, ROOT, Tools

DOCS = ROOT / "docs" / "explanation"
SIZES = (10, 100, 1000, 10_000)
ROUNDS = 9
QUICK_ROUNDS = 3
MANY = 10_000  # from here on a round takes a minute, and four are enough
LARGE_ROUNDS = 4
CHECKED = 1000


def main() -> None:
    """Measure what was asked for, and write page, data and picture."""
    asked = read_arguments()
    started = time.monotonic()

    def tell(what: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:7.1f} s  {what}\n")

    if asked.record_budgets:
        record_budgets(tell)
        return
    results = Results(asked.output / "performance.json")
    tools = Tools(tell)
    with Runner(KEPT / "scratch") as runner:
        bench = Bench(tools, runner, results, asked.rounds, tell)
        for name in [] if asked.render else asked.only:
            GROUPS[name](bench, asked)
    if results.sizes():
        (asked.output / "performance.svg").write_text(draw(results), encoding="utf-8")
    fill_page(asked.output / "performance.md", results)


class Bench:
    """What all groups need."""

    def __init__(
        self,
        tools: Tools,
        runner: Runner,
        results: Results,
        rounds: int,
        tell: Callable[[str], None],
    ) -> None:
        self.tools = tools
        self.runner = runner
        self.results = results
        self.rounds = rounds
        self.tell = tell

    def put(self, name: str, content: dict[str, object], versions: dict[str, str]) -> None:
        self.results.put(name, {**content, "versions": versions}, root=ROOT)


def measure_start_up(bench: Bench, _: argparse.Namespace) -> None:
    commands = start_up(bench.tools)
    runs = bench.runner.run_in_turn(commands, bench.rounds * 2, bench.tell)
    bench.put("start-up", {"runs": runs}, find_versions(bench.tools, ["voiceops"]))


def measure_plans(bench: Bench, asked: argparse.Namespace) -> None:
    for size in asked.sizes:
        with ExitStack() as stack:
            commands, absent = open_plans(bench.tools, size, list(PLANS), stack, bench.runner)
            rounds = min(bench.rounds, LARGE_ROUNDS) if size >= MANY else bench.rounds
            bench.tell(f"plans of {size:,}")
            runs = bench.runner.run_in_turn(commands, rounds, bench.tell)
        versions = find_versions(bench.tools, list(commands))
        bench.put(f"plan {size}", {"runs": runs, "absent": absent}, versions)


def measure_validate(bench: Bench, _: argparse.Namespace) -> None:
    commands = validations(bench.tools, CHECKED)
    runs = bench.runner.run_in_turn(commands, bench.rounds, bench.tell)
    bench.put("validate", {"runs": runs}, find_versions(bench.tools, ["voiceops", "octoDNS"]))


def measure_accounts(bench: Bench, _: argparse.Namespace) -> None:
    """Measure one, ten and a hundred accounts, and a plan of one voice, which is start-up."""
    with ExitStack() as stack:
        commands = {
            "start-up": stack.enter_context(open_accounts(bench.tools, 1, 1)),
            "1 account": stack.enter_context(open_accounts(bench.tools, 1, CHECKED)),
            "10 accounts": stack.enter_context(open_accounts(bench.tools, 10, CHECKED)),
            f"{ACCOUNTS} accounts": stack.enter_context(
                open_accounts(bench.tools, ACCOUNTS, CHECKED)
            ),
            f"{ACCOUNTS} accounts, {OWN}": stack.enter_context(
                open_accounts(bench.tools, ACCOUNTS, CHECKED, is_shared=False)
            ),
        }
        runs = bench.runner.run_in_turn(commands, bench.rounds, bench.tell)
    bench.put("accounts", {"runs": runs}, find_versions(bench.tools, ["voiceops"]))


def measure_apply(bench: Bench, asked: argparse.Namespace) -> None:
    content: dict[str, object] = {
        "real": run_real(bench.tools, bench.tell),
        "virtual": run_virtual(100 if asked.quick else 1000, bench.tell),
    }
    bench.put("apply", content, find_versions(bench.tools, ["voiceops"]))


GROUPS: dict[str, Callable[[Bench, argparse.Namespace], None]] = {
    "start-up": measure_start_up,
    "plan": measure_plans,
    "validate": measure_validate,
    "accounts": measure_accounts,
    "apply": measure_apply,
}


def find_versions(tools: Tools, names: list[str]) -> dict[str, str]:
    """Name what was measured with its version."""
    found = {
        "voiceops": lambda: tools.voiceops.versions["voiceops"],
        "R": lambda: "with PyYAML " + tools.floor.versions["PyYAML"],
        "octoDNS": lambda: tools.octodns.versions["octodns"],
        "Terraform": lambda: name_terraform(tools),
        "kubectl": lambda: name_kubectl(tools),
    }
    return {name: found[name]() for name in names}


def read_arguments() -> argparse.Namespace:
    """Read what the person wants."""
    parser = argparse.ArgumentParser(
        prog="python tests/benchmarks",
        description="Measure voiceops and its peers in turn, and write the results into the docs.",
    )
    parser.add_argument("--sizes", type=read_sizes, default=SIZES, metavar="N,N,...")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"pairs (default {ROUNDS})")
    parser.add_argument(
        "--quick", action="store_true", help=f"up to 1,000 voices, {QUICK_ROUNDS} rounds"
    )
    parser.add_argument(
        "--only",
        type=read_groups,
        default=list(GROUPS),
        metavar="GROUP,...",
        help=", ".join(GROUPS),
    )
    parser.add_argument("--output", type=Path, default=DOCS, metavar="DIR")
    parser.add_argument("--render", action="store_true", help="write the page again, from the data")
    parser.add_argument("--record-budgets", action="store_true", help="write budgets.toml anew")
    asked = parser.parse_args()
    if asked.quick:
        asked.rounds = min(asked.rounds, QUICK_ROUNDS)
        asked.sizes = [size for size in asked.sizes if size < MANY]
    page = asked.output / "performance.md"
    if not page.is_file():  # or all would be measured, and nothing kept
        parser.error(f"--output: there is no page to fill: {page}")
    return asked


def read_sizes(text: str) -> list[int]:
    return sorted(int(word) for word in text.split(","))


def read_groups(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(GROUPS):
        raise argparse.ArgumentTypeError(f"no such group: {', '.join(sorted(unknown))}")
    return names


def run() -> None:
    """Do what the command line asks for; what could not be measured is said, and exits 1."""
    try:
        main()
    except BenchmarkFailed as failure:
        sys.exit(f"{failure}\n\nto make everything anew, remove {KEPT.relative_to(ROOT)}")
