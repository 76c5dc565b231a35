"""Commit one environment's lockfile on top of a branch, and push it; the checkout stays as it is.

The commit is made on the branch as the server has it at that moment, with git's plumbing: a shallow
clone, a changed file, a detached HEAD and a `.gitignore` do no harm, and no rebase stops half-way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from voiceops.core.lock import Lock
from voiceops.errors import DecisionNeeded, GitRefused
from voiceops.files.lockfile.emergency import emergency_path
from voiceops.files.lockfile.lockfile import dump_lock, parse_lock
from voiceops.files.lockfile.merge import merge_locks
from voiceops.files.project.git_command import Git, open_git
from voiceops.files.project.git_mark import Mark, Waiting, outlive, place, take_away
from voiceops.files.regular_file import read_regular

_MOST_TRIES = 5
_STALE = "check out the tip of the branch (`ref:` of actions/checkout), or run it again"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the lockfile goes: a branch of a remote, and what the commit says of itself.

    `author` is written `Name <address>`; `options` are handed to the server with the push.
    """

    remote: str
    branch: str
    author: str
    message: str
    options: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """Give the branch's full name; what begins with `refs/` is one already."""
        return self.branch if self.branch.startswith("refs/") else f"refs/heads/{self.branch}"


def check_tip(lockfile: Path, to: Destination, *, token: str, user: str) -> None:
    """Raise DecisionNeeded if the branch has another lockfile than the checkout.

    What is decided by an old one may be done already. Raises GitRefused, too.
    """
    with _opened(lockfile, to, token=token, user=user) as files:
        _refuse_old(files, files.git.fetch(to.remote, to.ref), to)


def prove_push(lockfile: Path, to: Destination, *, token: str, user: str, waiting: Waiting) -> None:
    """Do all of a push that can be done before there is something to push, and mark the server.

    That is: find the repository, name the author, read the files, put them into a commit on the
    branch's tip, and let the server see who we are. What its rules say of a branch is not told
    before the push itself. Where the mark of a run is that has not ended, what that one sent is
    waited for first. No branch is changed. Raises GitRefused, and DecisionNeeded as `check_tip`
    does, or if another run begins at the same time.
    """
    with _opened(lockfile, to, token=token, user=user) as files:
        _prove(files, to)
        mark = files.mark(to)
        seen = outlive(mark, waiting)
        if seen is not None:
            _prove(files, to)  # the branch may have moved
        place(mark, seen, waiting, note=to.message)


def _prove(files: _Files, to: Destination) -> None:
    tip = files.git.fetch(to.remote, to.ref)
    _refuse_old(files, tip, to)
    held = {path: files.on_disk(path) for path in files.paths}
    lock_path = files.paths[0]
    held[lock_path] = held[lock_path] or dump_lock(Lock())
    commit = files.git.commit(tip, held, to.message)
    files.git.push(to.remote, f"{commit}:{to.ref}", "--dry-run", *_say(to.options))


def push_lockfile(lockfile: Path, to: Destination, *, token: str, user: str) -> str:
    """Commit lockfile and emergency file to the branch; gives the commit, or nothing.

    What somebody else pushed in between is joined by name. Nothing is committed if nothing
    changed. Raises GitRefused if both sides changed the same name, or the server refuses it.
    """
    with _opened(lockfile, to, token=token, user=user) as files:
        if all(files.on_disk(path) == files.git.read("HEAD", path) for path in files.paths):
            return ""
        for attempt in range(_MOST_TRIES):
            tip = files.git.fetch(to.remote, to.ref)
            commit = files.git.commit(tip, _join(files, tip), to.message)
            if files.git.has_same_tree(tip, commit):
                return ""
            try:
                files.git.push(to.remote, f"{commit}:{to.ref}", *_say(to.options))
            except GitRefused:
                if attempt == _MOST_TRIES - 1:
                    raise
            else:
                return commit
    raise AssertionError("the last attempt raises")


def end_mark(
    lockfile: Path, to: Destination, *, token: str, user: str, say: Callable[[str], None]
) -> None:
    """Take away the mark that `prove_push` set from this checkout, if it did.

    A server that keeps it is told of, and no fault: the next run waits for nothing then.
    """
    with _opened(lockfile, to, token=token, user=user) as files:
        take_away(files.mark(to), say)


@dataclass(frozen=True, slots=True)
class _Files:
    """What is committed: the lockfile and its emergency file, by their paths in the repository."""

    git: Git
    folder: Path
    paths: tuple[str, str]

    def mark(self, to: Destination) -> Mark:
        """Give the mark of this lockfile."""
        return Mark(self.git, to.remote, self.paths[0])

    def on_disk(self, path: str) -> bytes | None:
        """Read the file of the checkout; None if there is none. A link is refused."""
        whole = self.folder / Path(path).name
        if whole.is_symlink():
            raise GitRefused(
                f"{path}: this is a link, and only regular files are committed",
                hint="take it out of the repository",
            )
        try:
            return read_regular(whole)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise GitRefused(f"{path}: cannot be read: {error.strerror}") from error


@contextmanager
def _opened(lockfile: Path, to: Destination, *, token: str, user: str) -> Iterator[_Files]:
    """Open the repository that a lockfile is in, with an index of our own."""
    found = re.fullmatch(r"\s*([^<>]*\S)\s*<([^<>\s]+)>\s*", to.author)
    if not found:
        raise GitRefused(
            "nobody is named as the author of the commit",
            hint="write the author as `Name <address>`",
        )
    # git keeps no empty folders: the lockfile's own may have to be made by the first apply.
    there = next(folder for folder in lockfile.parents if folder.is_dir())
    git = open_git(there, author=(found[1], found[2]), token=token, user=user)
    names = [file.relative_to(there).as_posix() for file in (lockfile, emergency_path(lockfile))]
    with TemporaryDirectory(prefix="voiceops-", dir=git.folder) as scratch:
        yield _Files(
            git.with_index(Path(scratch) / "index"),
            lockfile.parent,
            (f"{git.prefix}{names[0]}", f"{git.prefix}{names[1]}"),
        )


def _refuse_old(files: _Files, tip: str, to: Destination) -> None:
    for path in files.paths:
        if files.git.read("HEAD", path) != files.git.read(tip, path):
            raise DecisionNeeded(
                f"the checkout is older than {to.branch}: {path} differs there", hint=_STALE
            )


def _join(files: _Files, tip: str) -> dict[str, bytes | None]:
    """Give what each file shall be on top of the tip; None where it shall not be there."""
    joined: dict[str, bytes | None] = {}
    lock_path, emergency = files.paths
    ours, base, theirs = (
        files.on_disk(lock_path),
        files.git.read("HEAD", lock_path),
        files.git.read(tip, lock_path),
    )
    if ours is not None:
        joined[lock_path] = ours if base == theirs else _merge(base, ours, theirs, lock_path)
    left, was = files.on_disk(emergency), files.git.read("HEAD", emergency)
    if left != was:
        if files.git.read(tip, emergency) != was:
            raise GitRefused(f"{emergency}: both sides changed it, and nobody can join two of them")
        joined[emergency] = left
    return joined


def _merge(base: bytes | None, ours: bytes, theirs: bytes | None, path: str) -> bytes:
    """Join three lockfiles; one that a side does not have is empty."""
    locks = [
        parse_lock(data, name=path) if data is not None else Lock() for data in (base, ours, theirs)
    ]
    merged = merge_locks(*locks)
    if merged.conflicts:
        names = ", ".join(merged.conflicts)
        raise GitRefused(
            f"{path}: this run and somebody else's push changed the same names: {names}",
            hint="merge both lockfiles by hand: ours is kept with this run",
        )
    return dump_lock(merged.lock)


def _say(options: tuple[str, ...]) -> Iterator[str]:
    return (f"--push-option={option}" for option in options)
