"""Every command block of README and docs is run, and shows what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

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


def run(command: str, folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout.decode()


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
    test_command = "pytest"
    for step in steps_of(page):
        if step.command.endswith(test_command):  # this very run; .ci/run runs the line itself
            assert step.command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
            continue
        code, printed = run(step.command, project)
        if step.output is not None:
            assert settled(printed) == settled(step.output), step.command
        else:
            assert code == 0, printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


if __name__ == "__main__":  # rewrite the outputs of the pages named, as they are now
    import tempfile

    for name in sys.argv[1:]:
        page = Path(name).resolve()
        text = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(ROOT / "manifests", Path(folder) / "manifests")
            for step in steps_of(page):
                if step.output is not None:
                    old = f"$ {step.command}\n{step.output}"
                    _, printed = run(step.command, Path(folder))
                    text = text.replace(old, f"$ {step.command}\n{printed}", 1)
        page.write_text(text, encoding="utf-8")
