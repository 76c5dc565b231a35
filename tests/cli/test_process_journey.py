"""A repository of manifests through its life: taken over, reviewed, applied, cancelled, watched."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cli_process import INSTALL, KEY, Project, Ran
from cli_service import create_elsewhere, delete_elsewhere

from voiceops.sandbox.script import PLAIN
from voiceops.sandbox.service import Sandbox

EXISTING = 300
COMMENT_LIMIT = 65_536
AT = ("--env", "sandbox")


class Repository:
    """A git repository with a project, and its account, which others use, too."""

    def __init__(self, folder: Path) -> None:
        self.project = Project(folder)
        self.manifests = folder / "manifests"
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        ended = subprocess.run(
            ["git", *identity, *words], cwd=self.project.folder, capture_output=True, check=True
        )
        return ended.stdout.decode()

    def commit(self, subject: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", subject)

    def run(self, *words: str, code: int = 0) -> Ran:
        ran = self.project.run(*words)
        assert ran.code == code, ran.out + ran.err
        return ran

    @contextmanager
    def account(self) -> Iterator[Sandbox]:
        """Open the account as another client does."""
        database = self.project.folder / ".voiceops" / "sandbox.db"
        with closing(Sandbox(database, now=lambda: datetime.now(UTC), script=PLAIN)) as sandbox:
            yield sandbox

    def paid(self) -> int:
        with self.account() as account:
            return len(account.list_bills())

    def edit(self, path: str, before: str, after: str) -> None:
        file = self.manifests / path
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), encoding="utf-8")

    def add_voices(self, path: str, names: list[str]) -> None:
        text = "".join(
            f"  {name}:\n    voice_prompt: A calm voice called {name}.\n"
            f"    preview_text: This is {name}.\n    language: en\n"
            "    target_model: qwen3-tts-vd-2026-01-26\n"
            for name in names
        )
        with (self.manifests / path).open("a", encoding="utf-8") as file:
            file.write(text)


def test_a_repository_lives(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    start(repository)
    take_over(repository)
    review_and_merge(repository)
    revert(repository)
    cancel(repository)
    rename(repository)
    watch(repository)
    with repository.account() as account:
        voices = [bill.voice for bill in account.list_bills()]
    assert len(voices) == len(set(voices))
    assert KEY not in repository.git("log", "-p")


def start(repository: Repository) -> None:
    repository.run("init", "--ci", "github", "--install", INSTALL)
    repository.commit("Begin")
    repository.run("validate")
    assert repository.run("apply", *AT, "--yes").out.startswith("Listen to .voiceops/")
    repository.commit("Record voices")


def take_over(repository: Repository) -> None:
    """Import what others made, and find nothing left to do."""
    with repository.account() as account:
        for number in range(EXISTING):
            create_elsewhere(
                account,
                name=f"old{number}",
                prompt=f"A warm voice, number {number}.",
                text=f"This is number {number}.",
            )
    before = repository.paid()
    ran = repository.run("import", *AT, "--all", "--yes")
    assert f"Import: {EXISTING} voices added to manifests/imported.yaml." in ran.out
    repository.run("plan", *AT, "--detailed-exitcode")
    repository.run("fmt", "--check")
    repository.commit("Import the account")
    assert repository.paid() == before == EXISTING + 1


def review_and_merge(repository: Repository) -> None:
    """Plan on a branch, comment, merge, apply that plan, find nothing left to do."""
    change(repository)
    repository.run("validate")
    repository.run("plan", *AT, "--detailed-exitcode", "-o", "plan.json", code=2)
    comment = repository.run("show", "plan.json", "--format", "markdown").out
    assert len(comment) < COMMENT_LIMIT
    assert "### Plan: 3 to create, 1 to replace, 1 to delete, 299 unchanged" in comment
    assert "- Price: 4 x 0.2 = 0.8 USD (an estimate)" in comment
    assert all(f"`{name}`" in comment for name in ("new1", "new2", "new3", "old7", "old8"))
    shutil.move(repository.project.folder / "plan.json", repository.project.folder / ".voiceops")
    repository.commit("More voices")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "Merge", "more")
    before = repository.paid()
    repository.run("apply", ".voiceops/plan.json")
    assert repository.paid() == before + 4
    assert repository.run("apply", ".voiceops/plan.json").out == "Nothing to do.\n"
    repository.run("plan", *AT, "--detailed-exitcode")
    assert repository.git("status", "--porcelain") == " M voiceops.sandbox.lock\n"
    repository.commit("Record voices")


def revert(repository: Repository) -> None:
    """Take the edit of a merged change back: the voice of before returns, and nothing is paid."""
    before, paid = repository.project.voices(), repository.paid()
    repository.edit("imported.yaml", "A warm voice, number 9.", "A cold voice, number 9.")
    repository.commit("Colder")
    repository.run("apply", *AT, "--yes")
    repository.commit("Record voices")
    assert repository.project.voices() != before
    repository.git("revert", "--no-edit", "HEAD~1")
    assert "1 to restore" in repository.run("plan", *AT).out
    repository.run("apply", *AT, "--yes")
    assert (repository.project.voices(), repository.paid()) == (before, paid + 1)
    repository.commit("Record voices")


def change(repository: Repository) -> None:
    """Add three voices, edit one and remove one, on a branch."""
    repository.git("checkout", "-q", "-b", "more")
    repository.add_voices("imported.yaml", ["new1", "new2", "new3"])
    repository.edit("imported.yaml", "A warm voice, number 7.", "A cold voice, number 7.")
    file = repository.manifests / "imported.yaml"
    text = file.read_text(encoding="utf-8")
    without = re.sub(r"(?m)^  old8:\n(    .*\n)+", "", text)
    assert without != text
    file.write_text(without, encoding="utf-8")


def cancel(repository: Repository) -> None:
    """Stop a run wherever it is; commit what it recorded; the next one pays the rest, once."""
    names = [f"stop{number}" for number in range(6)]
    repository.add_voices("imported.yaml", names)
    repository.commit("Voices to be stopped at")
    before = repository.paid()
    process = repository.project.start("apply", *AT, "--yes", "--parallelism", "1")
    assert process.stderr is not None
    while b"created stop1" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    repository.commit("Record voices, though the run was cancelled")
    repository.run("apply", *AT, "--yes")
    assert repository.paid() == before + len(names)
    repository.commit("Record voices")


def rename(repository: Repository) -> None:
    """A rename without an alias is shown as what it is; with the one proposed it is free."""
    before = repository.paid()
    voices = repository.project.voices()
    repository.edit("imported.yaml", "\n  old1:\n", "\n  veteran:\n")
    ran = repository.run("plan", *AT)
    proposal = re.search(r"add `(aliases: \[old1\])`", ran.out)
    assert proposal
    repository.edit("imported.yaml", "\n  veteran:\n", f"\n  veteran:\n    {proposal[1]}\n")
    repository.run("apply", *AT, "--yes")
    assert repository.project.voices()["veteran"] == voices["old1"]
    assert repository.paid() == before
    repository.commit("Rename")


def watch(repository: Repository) -> None:
    """Look every three days for a month: strangers are no drift, what is lost or too idle is."""
    voice = repository.project.voices()["old5"]
    codes = []
    for day in range(0, 30, 3):
        with repository.account() as account:
            account.advance(3)
            if day == 9:
                create_elsewhere(account, prompt="A strange voice.", text="Hello.")
            if day == 15:
                delete_elsewhere(account, voice)
        ran = repository.project.run("drift", *AT, "-o", ".voiceops/drift.json")
        codes.append(ran.code)
        if ran.code == 2:
            document = json.loads((repository.project.folder / ".voiceops/drift.json").read_bytes())
            assert [drift["name"] for drift in document["drift"]] == ["old5"]
            repository.run("apply", *AT, "--yes")
    assert codes == [0, 0, 0, 0, 0, 2, 0, 0, 0, 0]
    with repository.account() as account:
        account.advance(280)
    assert "old9" in repository.run("drift", *AT, code=2).out
