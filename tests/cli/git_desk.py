"""A project in git, with the server that it is pushed to: a bare repository beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(where: Path, *words: str) -> str:
    """Run git as a person at a desk; gives what it prints, without the last line end."""
    author = ("-c", "user.name=Anna", "-c", "user.email=anna@example.com")
    ended = subprocess.run(
        ["git", "-C", str(where), *author, *words], check=True, capture_output=True, text=True
    )
    return ended.stdout.strip()


def push_to_new_origin(folder: Path, beside: Path) -> Path:
    """Make a repository of a folder, push it to main of a new bare one, and give that."""
    origin = beside / "origin.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(origin)], check=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / ".gitignore").write_text("/.voiceops/\n", encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "Declare voices")
    git(folder, "remote", "add", "origin", str(origin))
    git(folder, "push", "-q", "origin", "main")
    return origin
