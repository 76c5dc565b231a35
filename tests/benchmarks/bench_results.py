"""What was measured, as it is kept: raw figures in one JSON file, a group a measurement."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench_runs import Run

ORDER = ("start-up", "plan", "validate", "accounts", "apply")

Group = dict[str, object]
Runs = dict[str, list[Run]]


class Results:
    """The groups that were measured; each says when, at which commit and on what."""

    def __init__(self, file: Path) -> None:
        self._file = file
        read = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        self.groups: dict[str, Group] = read

    def put(self, name: str, content: Mapping[str, object], *, root: Path) -> None:
        """Keep a group in the place of an older one, and save all."""
        self.groups[name] = {"taken": describe_machine(root), **content}
        self.groups = {name: self.groups[name] for name in sorted(self.groups, key=_find_place)}
        text = json.dumps(self.groups, indent=1, default=_flatten)
        self._file.write_text(text + "\n", encoding="utf-8")
        self.groups = json.loads(text)

    def runs(self, group: str, part: str = "runs") -> Runs:
        """Give the runs of a group by tool; empty if it was not measured."""
        held = self.groups.get(group, {}).get(part, {})
        assert isinstance(held, dict)
        return {name: [Run(**run) for run in runs] for name, runs in held.items()}

    def text(self, group: str, key: str) -> dict[str, str]:
        """Give a small table of a group; empty if it was not measured."""
        held = self.groups.get(group, {}).get(key, {})
        assert isinstance(held, dict)
        return held

    def rows(self, group: str, key: str) -> list[dict[str, float]]:
        """Give a table's rows; none if it was not measured."""
        held = self.groups.get(group, {}).get(key, [])
        assert isinstance(held, list)
        return held

    def sizes(self) -> list[int]:
        """List the sizes whose plans were measured."""
        names = [name.removeprefix("plan ") for name in self.groups if name.startswith("plan ")]
        return sorted(map(int, names))


def describe_machine(root: Path) -> dict[str, str]:
    """Say when, with what and on what something is measured."""
    system = platform.freedesktop_os_release() if platform.system() == "Linux" else {}
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _find_commit(root),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": system.get("PRETTY_NAME", platform.system()),
        "machine": f"{_find_processor()}, {os.cpu_count()} cores, {memory_gib:.0f} GiB",
    }


def _find_place(name: str) -> tuple[int, int]:
    """Order the groups as the page tells of them, and the plans by their size."""
    first, _, size = name.partition(" ")
    return ORDER.index(first), int(size or 0)


def _find_commit(root: Path) -> str:
    def ask(*words: str) -> str:
        ended = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=False
        )
        return ended.stdout.strip()

    changed = ask("status", "--porcelain", "--", "voiceops")
    return ask("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


def _find_processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _flatten(value: object) -> object:
    assert isinstance(value, Run)
    return {name: round(figure, 5) for name, figure in asdict(value).items()}
