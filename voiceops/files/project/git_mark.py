"""The mark on the server that an apply has begun and has not ended.

A machine that dies takes its journal with it, and what it sent may still be executed. Then nobody
takes the mark away, and the next run knows that it must wait before it pays for anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from voiceops.effects import Effects
from voiceops.errors import DecisionNeeded, GitRefused
from voiceops.files.project.git_command import Git, hide_login

_NAMESPACE = "refs/voiceops/applying"
_DIGITS = 16
# So often the mark is looked for while we wait: somebody may have taken it away.
_LOOK_EVERY_S = 5.0
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long what was sent may still be executed (`settle_s`), how to wait, and whom to tell."""

    settle_s: float
    effects: Effects
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of one lockfile: a ref to a commit without files, whose message says since when.

    The same ref in the checkout's own repository tells the mark that was set from here.
    """

    git: Git
    remote: str
    path: str

    @property
    def ref(self) -> str:
        """Name the ref by the lockfile's path in the repository."""
        return f"{_NAMESPACE}/{sha256(self.path.encode()).hexdigest()[:_DIGITS]}"

    def find(self) -> str | None:
        """Give the commit of the mark that the server has; None without one."""
        return self.git.find(self.remote, self.ref)


def outlive(mark: Mark, waiting: Waiting) -> str | None:
    """Wait until nothing that an earlier run sent is executed any more; gives its mark, if any.

    That is `settle_s` after the mark was first seen here. The time that it names itself is shown
    and not relied on: its run may have sent something long after, and its clock may be wrong. If
    the mark goes away, that run has ended after all, or a person knows better.
    """
    found = mark.find()
    if found is None:
        return None
    effects = waiting.effects
    waiting.say(
        f"waiting   {waiting.settle_s:g} s at the most: an earlier run began to apply and did not "
        f"end ({_read_message(mark)}). What it sent may still be executed, and paid for. To go on "
        f"at once: git push {hide_login(mark.remote)} --delete {mark.ref}"
    )
    end = effects.monotonic() + waiting.settle_s
    while (left := end - effects.monotonic()) > 0 and mark.find() is not None:
        effects.sleep(min(left, _LOOK_EVERY_S))
    return found


def place(mark: Mark, seen: str | None, waiting: Waiting, *, note: str) -> None:
    """Set our mark in the place of the one that was seen.

    Raises DecisionNeeded if another run has set one meanwhile: then two would apply at once. A
    server that takes no such ref is told of, and no fault: all else can be done.
    """
    there = mark.find()
    _refuse_another(mark, there, (seen, None))
    since = f"{waiting.effects.now():%Y-%m-%d %H:%M:%S} UTC"
    said = f"Applying {mark.path} since {since}\n\n{note}\n\nOnly one: {waiting.effects.token()}\n"
    ours = mark.git.note(said)
    try:
        mark.git.replace(mark.remote, mark.ref, ours, expected=there)
    except GitRefused as error:
        _refuse_another(mark, mark.find(), (there,))
        waiting.say(
            f"warning: the server takes no mark {mark.ref}: {error.message}; if this machine dies "
            f"while it applies, start the next run {waiting.settle_s:g} s later"
        )
    else:
        mark.git.remember(mark.ref, ours)


def take_away(mark: Mark, say: Callable[[str], None]) -> None:
    """Take away the mark that was set from this checkout; another one, or none, is left alone."""
    ours = mark.git.recall(mark.ref)
    if ours is None:
        return
    try:
        if mark.find() == ours:
            mark.git.replace(mark.remote, mark.ref, "", expected=ours)
    except GitRefused as error:
        say(
            f"warning: the mark {mark.ref} stays on the server, and the next run waits: "
            f"{error.message}"
        )
    mark.git.forget(mark.ref)


def _refuse_another(mark: Mark, there: str | None, known: tuple[str | None, ...]) -> None:
    if there not in known:
        raise DecisionNeeded(
            f"another run has just begun to apply {mark.path}: {_read_message(mark)}",
            hint="let one apply run at a time, and run this one again when that has ended",
        )


def _read_message(mark: Mark) -> str:
    """Read what the mark says of itself, in one line; it is somebody else's text."""
    try:
        said = mark.git.read_message(mark.remote, mark.ref)
    except GitRefused:
        return mark.ref
    return " ".join(said.partition("\n\nOnly one: ")[0].split())[:_MOST_SHOWN]
