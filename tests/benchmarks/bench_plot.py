"""Time over size, both logarithmic, a line a tool: one small SVG, written by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from bench_results import Results
from bench_runs import spread_of

WIDTH, HEIGHT = 720, 460
LEFT, RIGHT, TOP, BOTTOM = 64, 132, 44, 52
# Colours that differ for most eyes (Okabe and Ito), and a dash each, for print.
LOOKS = {
    "voiceops": ("#d55e00", "", 3.2),
    "R": ("#777777", "2 4", 2),
    "octoDNS": ("#0072b2", "9 4", 2),
    "Terraform": ("#8a5fb5", "9 3 2 3", 2),
    "kubectl": ("#009e73", "5 3", 2),
}
NAMES = {"R": "R (the least)"}
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#333}"
    ".grid{stroke:#999;stroke-opacity:.35}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}"
)
LABEL_GAP = 16

Points = list[tuple[int, float]]


class Scale:
    """Places on the picture; the axes begin and end at a line of the grid."""

    def __init__(self, lines: dict[str, Points]) -> None:
        sizes = [size for points in lines.values() for size, _ in points]
        times = [time for points in lines.values() for _, time in points]
        self.sizes = _find_ticks(min(sizes), max(sizes), steps=(1,))
        self.times = _find_ticks(min(times), max(times), steps=(1, 2, 5))

    def x(self, size: float) -> float:
        return LEFT + _share(size, self.sizes) * (WIDTH - LEFT - RIGHT)

    def y(self, time_s: float) -> float:
        return HEIGHT - BOTTOM - _share(time_s, self.times) * (HEIGHT - TOP - BOTTOM)


def draw(results: Results) -> str:
    """Draw the middle times of the plans; the sizes that were not measured are left out."""
    lines: dict[str, Points] = {name: [] for name in LOOKS}
    for size in results.sizes():
        for name, runs in results.runs(f"plan {size}").items():
            lines[name].append((size, spread_of(runs, "wall_s").middle))
    lines = {name: points for name, points in lines.items() if points}
    scale = Scale(lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="Time of a plan with nothing '
        'to do over the number of voices, for each tool">',
        f"<style>{STYLE}</style>",
        f'<text x="{LEFT}" y="22" style="font-weight:600">A plan with nothing to do</text>',
        *_draw_grid(scale),
        *_draw_lines(lines, scale),
        *_draw_labels(lines, scale),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _draw_grid(scale: Scale) -> Iterator[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for size in scale.sizes:
        x = scale.x(size)
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{size:,.0f}</text>'
    for time in scale.times:
        y = scale.y(time)
        yield f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{time:g} s</text>'
    place = f'x="{(LEFT + right) / 2}" y="{HEIGHT - 10}" text-anchor="middle"'
    yield f"<text {place}>voices, records, objects</text>"


def _draw_lines(lines: dict[str, Points], scale: Scale) -> Iterator[str]:
    for name, points in lines.items():
        colour, dash, width = LOOKS[name]
        path = " ".join(f"{scale.x(size):.1f},{scale.y(time):.1f}" for size, time in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        yield (
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"'
            f"{dashes}/>"
        )
        for size, time in points:
            place = f'cx="{scale.x(size):.1f}" cy="{scale.y(time):.1f}"'
            title = f"<title>{name}, {size:,}: {time:.2f} s</title>"
            yield f'<circle {place} r="{width + 1.2:.1f}" fill="{colour}">{title}</circle>'


def _draw_labels(lines: dict[str, Points], scale: Scale) -> Iterator[str]:
    """Write each name at the end of its line, apart from the others."""
    ends = sorted((scale.y(points[-1][1]), name) for name, points in lines.items())
    places = [y for y, _ in ends]
    for index, (above, below) in enumerate(pairwise(places)):
        places[index + 1] = max(below, above + LABEL_GAP, places[index] + LABEL_GAP)
    for y, (_, name) in zip(places, ends, strict=True):
        x = scale.x(lines[name][-1][0]) + 10
        style = f"fill:{LOOKS[name][0]}" + ";font-weight:600" * (name == "voiceops")
        place = f'x="{x:.1f}" y="{y + 4:.1f}"'
        yield f'<text {place} style="{style}">{NAMES.get(name, name)}</text>'


def _find_ticks(low: float, high: float, *, steps: tuple[int, ...]) -> list[float]:
    """Find the round numbers from the last one below to the first one above."""
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    round_ones = [float(f"{step}e{power}") for power in powers for step in steps]
    first = max(number for number in round_ones if number <= low)
    last = min(number for number in round_ones if number >= high and number > first)
    return [number for number in round_ones if first <= number <= last]


def _share(value: float, ticks: list[float]) -> float:
    return math.log10(value / ticks[0]) / math.log10(ticks[-1] / ticks[0])
