"""What was wanted, what was reached, and whether that is enough."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from bench_results import Results
from bench_runs import Spread, compare, spread_of

SMALL, LARGE = 10, 10_000
START_UP_AT_MOST = 5.0
PLAN_AT_MOST = {"octoDNS": 0.5, "Terraform": 0.25, "kubectl": 0.2, "R": 2.5}
PEAK_MIB = 50.0
MS_A_VOICE = 0.25
EXPONENT = 1.05
SMALL_KUBECTL_LEAD = 3.0
VALIDATE_AT_MOST = (("one file", 0.35), ("1,000 files", 0.6))
ACCOUNTS = 100
OWN = "each with manifests of its own"
MEMORY_GROWTH = 1.1
OF_THE_LIMIT, OF_THE_SHORT_LIMIT = 0.97, 0.93


@dataclass(frozen=True)
class Verdict:
    """One line of the table; `reached` holds its middle against the bound."""

    wanted: str
    reached: str
    is_met: bool


def judge(results: Results) -> Iterator[Verdict]:
    """Give a verdict on every target whose figures are there."""
    yield from judge_start_up(results)
    for size in results.sizes():
        yield from judge_plan(results, size)
    yield from judge_growth(results)
    yield from judge_validate(results)
    yield from judge_accounts(results)
    yield from judge_apply(results)


def judge_start_up(results: Results) -> Iterator[Verdict]:
    runs = results.runs("start-up")
    for name in [name for name in runs if name in {"--version", "--help", "completion"}]:
        ratio = compare(runs[name], runs["python -c pass"], "wall_s")
        yield at_most(f"`{name}`", ratio, START_UP_AT_MOST, "P")


def judge_plan(results: Results, size: int) -> Iterator[Verdict]:
    runs = results.runs(f"plan {size}")
    others = [name for name in runs if name != "voiceops"]
    for name in others:
        ratio = compare(runs["voiceops"], runs[name], "wall_s")
        what = f"`plan`, {size:,} voices"
        if size == 1000:
            yield at_most(what, ratio, PLAN_AT_MOST[name], name)
        elif size > SMALL and name != "R":
            yield at_most(what, ratio, 1.0, name)
        elif name == "kubectl":
            yield at_most(what, ratio, SMALL_KUBECTL_LEAD, name)
    if size == 1000:
        peak = spread_of(runs["voiceops"], "peak_mib")
        yield at_most(f"`plan`, {size:,} voices, peak memory", peak, PEAK_MIB, "MiB", sign="")


def judge_growth(results: Results) -> Iterator[Verdict]:
    """Judge the growth by the middle times, without start-up: the time at 10 voices."""
    times = {size: middle_time(results, size) for size in results.sizes()}
    if SMALL not in times:
        return
    for size in [size for size in times if size in {1000, LARGE}]:
        added_ms = (times[size] - times[SMALL]) / (size - SMALL) * 1000
        reached = f"{added_ms:.2f} ms (with start-up {times[size] / size * 1000:.2f} ms)"
        wanted = f"`plan`, {size:,} voices, start-up left out: <= {MS_A_VOICE} ms a voice"
        yield Verdict(wanted, reached, added_ms <= MS_A_VOICE)
    if {1000, LARGE} <= set(times):
        grown = (times[LARGE] - times[SMALL]) / (times[1000] - times[SMALL])
        exponent = math.log(grown) / math.log(LARGE / 1000)
        wanted = f"`plan`, 1,000 to {LARGE:,} voices, start-up left out: exponent <= {EXPONENT}"
        yield Verdict(wanted, f"{exponent:.2f}", exponent <= EXPONENT)


def judge_validate(results: Results) -> Iterator[Verdict]:
    runs = results.runs("validate")
    for kind, bound in VALIDATE_AT_MOST:
        ours, theirs = f"voiceops, {kind}", f"octoDNS, {kind}"
        if ours in runs and theirs in runs:
            ratio = compare(runs[ours], runs[theirs], "wall_s")
            yield at_most(f"`validate`, 1,000 voices in {kind}", ratio, bound, "octoDNS")


def judge_accounts(results: Results) -> Iterator[Verdict]:
    """Judge CPU and memory of many accounts by those of one; start-up is a plan of one voice."""
    runs = results.runs("accounts")
    for name, of in ((f"{ACCOUNTS} accounts", ""), (f"{ACCOUNTS} accounts, {OWN}", f", {OWN}")):
        if not {name, "1 account", "start-up"} <= set(runs):
            continue
        start_s = spread_of(runs["start-up"], "cpu_s").middle
        one_s = spread_of(runs["1 account"], "cpu_s").middle - start_s
        all_s = spread_of(runs[name], "cpu_s").middle - start_s
        what = f"`plan` of {ACCOUNTS} accounts of 1,000 voices{of}"
        wanted = f"{what}, start-up left out: CPU <= {ACCOUNTS} x one's"
        yield Verdict(wanted, f"{all_s / one_s:.1f} x ({all_s:.1f} s)", all_s / one_s <= ACCOUNTS)
        memory = compare(runs[name], runs["1 account"], "peak_mib")
        peak_mib = spread_of(runs[name], "peak_mib").middle
        wanted = f"the same: peak memory as of one (<= {MEMORY_GROWTH} x)"
        is_met = memory.middle <= MEMORY_GROWTH
        yield Verdict(wanted, f"{memory.middle:.2f} x ({peak_mib:.0f} MiB)", is_met)


def judge_apply(results: Results) -> Iterator[Verdict]:
    for key, where in (("virtual", "virtual clock"), ("real", "for real")):
        rows = results.rows("apply", key)
        if not rows:
            continue
        short = [row for row in rows if is_short(row)]
        others = [row for row in rows if not is_short(row)]
        yield judge_rows(f"`apply`, {where}, 50 ms and 10 workers", short, OF_THE_SHORT_LIMIT)
        yield judge_rows(f"`apply`, {where}, all others", others, OF_THE_LIMIT)
        within = sum(row["most_in_a_minute"] <= row["rate"] for row in rows)
        wanted = f"`apply`, {where}: never more creates in 60 s than the rate"
        yield Verdict(wanted, f"{within} of {len(rows)} runs", within == len(rows))


def judge_rows(what: str, rows: list[dict[str, float]], bound: float) -> Verdict:
    worst = min(row["limit_s"] / row["took_s"] for row in rows)
    reached = f"{worst:.1%} at the least of {len(rows)}"
    return Verdict(f"{what}: >= {bound:.0%} of the limit", reached, worst >= bound)


def is_short(row: dict[str, float]) -> bool:
    return row["latency_s"] < 0.2 and row["workers"] == 10


def middle_time(results: Results, size: int) -> float:
    return spread_of(results.runs(f"plan {size}")["voiceops"], "wall_s").middle


def at_most(what: str, reached: Spread, bound: float, unit: str, *, sign: str = "x ") -> Verdict:
    """Judge the middle of a spread."""
    return Verdict(
        f"{what}, <= {bound:g} {sign}{unit}", say_spread(reached), reached.middle <= bound
    )


def say_spread(spread: Spread) -> str:
    """Say the middle first, then the least and the most."""
    return f"{say(spread.middle)} ({say(spread.low)} to {say(spread.high)})"


def say(figure: float) -> str:
    """Write a figure with three digits that count, at least as many as stand before the point."""
    if figure >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.2f}" if figure < 10 else f"{figure:.1f}"
