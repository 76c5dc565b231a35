"""Every command block of README and docs is run, and shows what it says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(console|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+?)(#[^)]*)?\)")
VOLATILE = (
    (re.compile(r"-voice-\d{17}-[0-9a-f]{4}"), "-voice-20261122120000123-a1b2"),
    (re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?"), "2026-11-22"),
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:0"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:8790"),
)


@dataclass(frozen=True)
class Step:
    """One command of a page, and what it is said to print (None: it is not said)."""

    command: str
    output: str | None


def steps_of(page: Path) -> list[Step]:
    """List a page's commands in their order."""
    steps: list[Step] = []
    for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "sh":
            steps.append(Step(text.strip(), None))
            continue
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            steps.append(Step(command, output))
    return steps


def settled(text: str) -> str:
    """Replace what differs from run to run."""
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


def environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DASHSCOPE_")}
    bin_folder = str(Path(sys.executable).parent)
    return {**kept, "PATH": f"{bin_folder}:{kept['PATH']}", "NO_COLOR": "1", "COLUMNS": "100"}


class Shell:
    """Runs a page's commands one after the other; those that end in `&` go on until the end.

    Like a person's shell, it stays where a `cd` has led.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place = folder / ".place"
        self.background: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.background:
            process.terminate()
            process.communicate(timeout=30)

    def run(self, command: str) -> tuple[int, str]:
        """Give exit code and output; of a command in the background, what it says at first."""
        is_background = command.endswith("&")
        script = f"exec {command.removesuffix('&')}" if is_background else self._staying(command)
        process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        if is_background:
            self.background.append(process)
            assert process.stdout is not None
            return 0, "".join(process.stdout.readline().decode() for _ in range(2))
        printed, _ = process.communicate(timeout=300)
        self.folder = Path(self._place.read_text(encoding="utf-8").removesuffix("\n"))
        self._place.unlink()
        return process.returncode, printed.decode()

    def _staying(self, command: str) -> str:
        """Let a command tell where it ended, and end with its own exit code."""
        return f"trap 'pwd > {shlex.quote(str(self._place))}' EXIT\n{command}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what a clone has, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    for name in listed.stdout.decode().splitlines():
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_do_what_the_page_says(page: Path, project: Path) -> None:
    with Shell(project) as shell:
        for step in steps_of(page):
            if step.command.endswith("/pytest"):  # this very run: .ci/run has the same line
                assert step.command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
                continue
            code, printed = shell.run(step.command)
            if step.output is not None:
                assert settled(printed) == settled(step.output), step.command
            else:
                assert code == 0, printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def rewrite(page: Path) -> None:
    """Run a page's commands and put what they print in the place of what it says."""
    text, done = page.read_text(encoding="utf-8"), ""
    with tempfile.TemporaryDirectory() as folder, Shell(Path(folder)) as shell:
        shutil.copytree(ROOT / "manifests", Path(folder) / "manifests")
        for step in steps_of(page):
            if step.output is not None:
                head, command, text = text.partition(f"$ {step.command}\n")
                done += head + command + shell.run(step.command)[1]
                text = text.removeprefix(step.output)
    page.write_text(done + text, encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        rewrite(Path(name).resolve())
