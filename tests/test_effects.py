"""What is written goes where it was meant to go, into a file of our own making, or nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from voiceops.effects import System
from voiceops.files.atomic import replace_file
from voiceops.files.regular_file import read_regular

Act = Callable[[System, Path], object]
# Every effect that takes a path, done to `path` in a folder that a link has led away.
EFFECTS: dict[str, Act] = {
    "locate": lambda effects, path: effects.locate(path),
    "create": lambda effects, path: effects.create(path, b"x", mode=0o600),
    "append": lambda effects, path: effects.append(path, b"x", mode=0o600),
    "truncate": lambda effects, path: effects.truncate(path, 0),
    "fsync": lambda effects, path: effects.fsync(path),
    "rename from": lambda effects, path: effects.rename(path, path.parents[1] / "new"),
    "rename to": lambda effects, path: effects.rename(path.parents[1] / "own", path),
    "unlink": lambda effects, path: effects.unlink(path),
    "make_dir": lambda effects, path: effects.make_dir(path.with_name("new")),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a file of its own, and git's folder with a hook in it."""
    hooks = tmp_path / "project" / ".git" / "hooks"
    hooks.mkdir(parents=True)
    (hooks / "file").write_bytes(b"theirs")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"theirs")
    root = tmp_path / "project"
    (root / "own").write_bytes(b"ours")
    return root


def _everything(root: Path) -> dict[str, bytes]:
    files = (path for path in root.parent.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path): path.read_bytes() for path in files}


@pytest.mark.parametrize("target", ["../outside", ".git/hooks", "link-to-outside"])
@pytest.mark.parametrize("effect", EFFECTS)
def test_no_effect_goes_through_a_folder_that_a_link_leads_away(
    root: Path, effect: str, target: str
) -> None:
    (root / "link-to-outside").symlink_to("../outside")
    (root / "folder").symlink_to(target)
    before = _everything(root)
    with pytest.raises(OSError, match=r"out of the project|git's own folder"):
        EFFECTS[effect](System(root), root / "folder" / "file")
    assert _everything(root) == before
    assert not (root.parent / "outside" / "new").exists()


@pytest.mark.parametrize("effect", ["append", "truncate", "fsync"])
@pytest.mark.parametrize("target", ["own", "nothing", "../outside/file"])
def test_no_file_is_opened_through_a_link(root: Path, effect: str, target: str) -> None:
    (root / "file").symlink_to(target)
    before = _everything(root)
    for effects in (System(root), System()):
        with pytest.raises(OSError, match=r"it is a link|out of the project"):
            EFFECTS[effect](effects, root / "file")
    assert _everything(root) == before


@pytest.mark.parametrize("effect", ["append", "truncate", "fsync"])
def test_a_pipe_is_not_waited_for(root: Path, effect: str) -> None:
    os.mkfifo(root / "file")
    with pytest.raises(OSError, match=r"not a regular file|No such device"):
        EFFECTS[effect](System(root), root / "file")


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "file")
    with pytest.raises(OSError, match="it is not a regular file"):
        read_regular(tmp_path / "file")


def test_a_link_is_read_only_where_it_may_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "link") == b"x"
    with pytest.raises(OSError, match="it is a link"):
        read_regular(tmp_path / "link", follows_link=False)


@pytest.mark.parametrize("obstacle", ["file", "link", "dangling"])
def test_what_is_created_was_not_there(root: Path, obstacle: str) -> None:
    path = root / "new"
    match obstacle:
        case "file":
            path.write_bytes(b"theirs")
        case "link":
            path.symlink_to("own")
        case _:
            path.symlink_to("nothing")
    before = _everything(root)
    with pytest.raises(FileExistsError):
        System(root).create(path, b"x", mode=0o600)
    assert _everything(root) == before
    assert os.path.lexists(path)


def test_a_path_with_dots_is_judged_by_where_it_leads(root: Path) -> None:
    (root / "folder").symlink_to("../outside/deep")
    (root.parent / "outside" / "deep").mkdir()
    with pytest.raises(OSError, match="out of the project"):
        System(root).append(root / "folder" / ".." / "file", b"x", mode=0o600)


def test_a_root_that_is_a_link_itself_is_a_root(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    (root / "out").symlink_to("../outside")
    for spelled, effects in (
        (tmp_path / "alias", System(tmp_path / "alias")),
        (root, System(tmp_path / "alias")),
    ):
        replace_file(spelled / "own", b"new", effects=effects, mode=0o644)
        with pytest.raises(OSError, match="out of the project"):
            effects.make_dir(spelled / "out" / "new")
    assert (root / "own").read_bytes() == b"new"


def test_a_path_that_somebody_named_elsewhere_is_theirs(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("outside/file")
    replace_file(tmp_path / "link", b"new", effects=System(root), mode=0o600)
    assert (tmp_path / "outside" / "file").read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()


def test_a_link_that_stays_in_the_project_is_followed(root: Path) -> None:
    (root / "link").symlink_to("own")
    replace_file(root / "link", b"new", effects=System(root), mode=0o644)
    assert (root / "own").read_bytes() == b"new"
    assert (root / "link").is_symlink()


def test_links_in_a_circle_are_an_error(root: Path) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    with pytest.raises(OSError, match="circles"):
        replace_file(root / "a", b"new", effects=System(root), mode=0o644)
    assert (root / "a").is_symlink()


@pytest.mark.parametrize(
    ("before", "mode", "after"),
    [
        (None, 0o644, 0o644),
        (None, 0o600, 0o600),
        (0o755, 0o644, 0o644),
        (0o777, 0o600, 0o600),
        (0o600, 0o644, 0o600),
        (0o444, 0o644, 0o644),
    ],
)
def test_no_program_is_written_and_nothing_is_shown_to_more_people(
    root: Path, before: int | None, mode: int, after: int
) -> None:
    path = root / "file"
    if before is not None:
        path.touch()
        path.chmod(before)
    umask = os.umask(0o022)
    try:
        replace_file(path, b"#!/bin/sh\n", effects=System(root), mode=mode)
    finally:
        os.umask(umask)
    assert path.stat().st_mode & 0o7777 == after


def test_names_that_can_be_guessed_are_not_written_to(root: Path) -> None:
    guesses = (".own.tmp", ".own.0000000000000000.tmp")
    for guess in guesses:
        (root / guess).symlink_to(".git/hooks/post-commit")
    for _ in range(2):
        replace_file(root / "own", b"new", effects=System(root), mode=0o644)
    assert not (root / ".git" / "hooks" / "post-commit").exists()
    assert {path.name for path in root.iterdir()} == {*guesses, ".git", "own"}


class Guessed(System):
    """A machine whose random names somebody knows."""

    def token(self) -> str:
        return "0"


def test_a_file_that_lies_under_the_new_name_stays(root: Path) -> None:
    (root / ".own.0.tmp").write_bytes(b"theirs")
    before = _everything(root)
    with pytest.raises(FileExistsError):
        replace_file(root / "own", b"new", effects=Guessed(root), mode=0o644)
    assert _everything(root) == before


def test_a_disk_that_is_full_leaves_no_half_file(tmp_path: Path) -> None:
    """The limit of the process stands in for the disk's."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from voiceops.effects import System\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "System().create(Path(sys.argv[1]), bytes(5000), mode=0o600)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "file")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "File too large" in ended.stderr
    assert list(tmp_path.iterdir()) == []
