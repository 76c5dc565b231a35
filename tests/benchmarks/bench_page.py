"""Puts the results into the page, between two marks; the prose around them stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench_results import Results
from bench_runs import compare, spread_of
from bench_targets import judge, say, say_spread

BEGIN = "<!-- results: written by `python tests/benchmarks`, do not edit -->"
END = "<!-- end of the results -->"
LIMITS = ("limit_s", "least_s")  # the recurrence's, and with the burst
APPLY_HEAD = (
    "voices",
    "latency, s",
    "requests a minute",
    "workers",
    "took, s",
    "limit, s",
    "of the limit",
    "of it with the burst",
)
TOOLS = ("voiceops", "R", "octoDNS", "Terraform", "kubectl")


def fill_page(page: Path, results: Results) -> None:
    """Replace what stands between the marks."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{write_results(results)}\n{END}{after}", encoding="utf-8")


def write_results(results: Results) -> str:
    """Write all that was measured as Markdown."""
    return "\n".join(
        [
            *write_targets(results),
            *write_plans(results),
            *write_ratios(results),
            *write_runs(results, "start-up", "Start-up", "python -c pass"),
            *write_runs(results, "validate", "Validate, 1,000 voices", ""),
            *write_runs(results, "accounts", "Many accounts of 1,000 voices", ""),
            *write_apply(results),
            *write_origin(results),
        ]
    )


def write_targets(results: Results) -> Iterator[str]:
    yield from (
        "",
        "### Targets",
        "",
        "| wanted | reached: median (least to most) | |",
        "|---|---|---|",
    )
    for verdict in judge(results):
        word = "met" if verdict.is_met else "**not met**"
        yield f"| {verdict.wanted} | {verdict.reached} | {word} |"


def write_plans(results: Results) -> Iterator[str]:
    sizes = results.sizes()
    for figure, title, digits in (
        ("wall_s", "Seconds", 2),
        ("cpu_s", "CPU seconds", 2),
        ("peak_mib", "Peak MiB", 0),
    ):
        head = " | ".join(f"{size:,}" for size in sizes)
        yield from ("", f"### {title} of a plan with nothing to do, medians", "")
        yield f"| tool | {head} |"
        yield "|---|" + "---|" * len(sizes)
        for name in TOOLS:
            cells = [cell_of(results, size, name, figure, digits) for size in sizes]
            yield f"| {name} | {' | '.join(cells)} |"


def cell_of(results: Results, size: int, name: str, figure: str, digits: int) -> str:
    runs = results.runs(f"plan {size}").get(name)
    return f"{spread_of(runs, figure).middle:.{digits}f}" if runs else "absent"


def write_ratios(results: Results) -> Iterator[str]:
    yield from ("", "### Time of voiceops as a multiple of another tool's, run by run", "")
    yield "| voices | over | median | least | most | pairs |"
    yield "|---|---|---|---|---|---|"
    for size in results.sizes():
        runs = results.runs(f"plan {size}")
        for name in [name for name in TOOLS[1:] if name in runs]:
            ratio = compare(runs["voiceops"], runs[name], "wall_s")
            figures = " | ".join(map(say, (ratio.middle, ratio.low, ratio.high)))
            yield f"| {size:,} | {name} | {figures} | {len(runs[name])} |"
        for name, why in results.text(f"plan {size}", "absent").items():
            yield f"| {size:,} | {name} | absent: {' '.join(why.split())} | | | |"


def write_runs(results: Results, group: str, title: str, base: str) -> Iterator[str]:
    runs = results.runs(group)
    if not runs:
        return
    over = f" | time over `{base}`" if base else ""
    yield from ("", f"### {title}", "", f"| command | seconds | CPU seconds | peak MiB{over} |")
    yield "|---|---|---|---|" + "---|" * bool(base)
    for name, own in runs.items():
        cells = [say_spread(spread_of(own, figure)) for figure in ("wall_s", "cpu_s", "peak_mib")]
        if base:
            cells.append(say_spread(compare(own, runs[base], "wall_s")))
        yield f"| {name} | {' | '.join(cells)} |"


def write_apply(results: Results) -> Iterator[str]:
    virtual, rows = results.rows("apply", "virtual"), results.rows("apply", "real")
    if virtual:
        worst = min(virtual, key=lambda row: row["limit_s"] / row["took_s"])
        share, burst = (min(row[key] / row["took_s"] for row in virtual) for key in LIMITS)
        cell = f"{worst['voices']:,} voices, {worst['latency_s']:g} s"
        cell += f", {worst['rate']} a minute, {worst['workers']} workers"
        yield from ("", "### Apply against its limit", "")
        yield f"On the virtual clock, {len(virtual)} cells: at the least {share:.1%} ({cell})."
        yield "The recurrence knows no burst. Against one that begins with the burst that the pace"
        yield f"allows, and then keeps to the rate: at the least {burst:.1%}."
    if rows:
        yield from ("", "For real, against a sandbox that takes its time:", "")
        yield f"| {' | '.join(APPLY_HEAD)} |"
        yield "|---" * len(APPLY_HEAD) + "|"
    for row in rows:
        cell = " | ".join(f"{row[key]:g}" for key in ("voices", "latency_s", "rate", "workers"))
        shares = " | ".join(f"{row[key] / row['took_s']:.1%}" for key in LIMITS)
        yield f"| {cell} | {row['took_s']:.2f} | {row['limit_s']:.2f} | {shares} |"


def write_origin(results: Results) -> Iterator[str]:
    yield from (
        "",
        "### Where and when",
        "",
        "| measured | date | commit | on |",
        "|---|---|---|---|",
    )
    for name, group in results.groups.items():
        taken = group["taken"]
        assert isinstance(taken, dict)
        machine = ", ".join((taken["machine"], taken["system"], taken["python"]))
        yield f"| {name} | {taken['date']} | {taken['commit']} | {machine} |"
    versions = {}
    for name in results.groups:
        versions |= results.text(name, "versions")
    named = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    yield from ("", f"Versions: {named}.")
