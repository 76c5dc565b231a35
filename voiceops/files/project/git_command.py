"""Run git so that nothing which a repository brings is run, and the token is seen by git alone."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from voiceops.errors import GitRefused

_TIME_LIMIT_S = 120
TOKEN_VARIABLE = "VOICEOPS_PUSH_TOKEN"  # noqa: S105 - a name, no token
# git asks it for the password; the token stands in no file, and in no argument.
_HELPER = (
    '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" '
    f'"$VOICEOPS_PUSH_USER" "${TOKEN_VARIABLE}"; }}; f'
)
_LOGIN = re.compile(r"://[^/@\s]*@")
_MOST_LINES = 6
# What runs on the other side of an address is not for a repository's settings to say.
_OUR_UPLOAD, _OUR_RECEIVE = "--upload-pack=git-upload-pack", "--receive-pack=git-receive-pack"
# What a repository's settings name must not be started: an earlier step may have written them.
_SAFE = (
    *(f"core.hooksPath={os.devnull}", "core.fsmonitor=false", "maintenance.auto=false"),
    *("protocol.ext.allow=never", "safe.bareRepository=explicit"),
)


@dataclass(frozen=True, slots=True)
class Git:
    """A repository, as we use it: no hooks, no prompts, no settings that start a program.

    `folder` is git's own; `prefix` is the path from the top to where we are, with its slash.
    """

    where: Path
    folder: Path
    prefix: str
    user: str
    token: str = field(repr=False)
    variables: Mapping[str, str]

    def with_index(self, path: Path) -> Git:
        """Give the same repository with another index than the checkout's."""
        return replace(self, variables={**self.variables, "GIT_INDEX_FILE": str(path)})

    def read(self, commit: str, path: str) -> bytes | None:
        """Read a file as a commit has it; None if that has none, or there is no such commit."""
        try:
            return self._run("cat-file", "blob", f"{commit}:{path}")
        except GitRefused:
            return None

    def find(self, remote: str, ref: str) -> str | None:
        """Ask the server for the commit of a ref by its full name; None if it has no such ref."""
        listed = self._call_remote(remote, "ls-remote", _OUR_UPLOAD, remote, ref).decode()
        # git lists whatever ends in that name, too: a/refs/heads/main is anybody's branch.
        tips = (line.split("\t")[0] for line in listed.splitlines() if line.endswith(f"\t{ref}"))
        return next(tips, None)

    def fetch(self, remote: str, ref: str) -> str:
        """Fetch a branch by its full name, and give the commit at its tip."""
        tip = self.find(remote, ref)
        if tip is None:
            raise GitRefused(f"{ref}: there is no such branch on the server")
        self._fetch(remote, ref)
        return tip

    def _fetch(self, remote: str, ref: str) -> None:
        words = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
        self._call_remote(remote, "fetch", _OUR_UPLOAD, *words, remote, ref)

    def read_message(self, remote: str, ref: str) -> str:
        """Fetch a ref that the server has, and give the message of its commit."""
        tip = self.find(remote, ref)
        self._fetch(remote, ref)
        said = self._run("cat-file", "commit", f"{tip}").decode(errors="replace")
        return said.partition("\n\n")[2]

    def note(self, message: str) -> str:
        """Make a commit that has a message alone: no files, no parents."""
        tree = self._run("hash-object", "-t", "tree", "-w", "--stdin").decode().strip()
        made = self._run("commit-tree", tree, "-F", "-", given=message.encode())
        return made.decode().strip()

    def replace(self, remote: str, ref: str, commit: str, *, expected: str | None) -> None:
        """Let a ref of the server be a commit (empty: be gone), if it is what is expected now."""
        self.push(remote, f"{commit}:{ref}", f"--force-with-lease={ref}:{expected or ''}")

    def remember(self, ref: str, commit: str) -> None:
        """Set a ref of this repository."""
        self._run("update-ref", ref, commit)

    def recall(self, ref: str) -> str | None:
        """Give the commit of a ref of this repository; None without one."""
        try:
            return self._run("rev-parse", "--verify", "--quiet", ref).decode().strip()
        except GitRefused:
            return None

    def forget(self, ref: str) -> None:
        """Take a ref out of this repository."""
        self._run("update-ref", "-d", ref)

    def commit(self, parent: str, files: Mapping[str, bytes | None], message: str) -> str:
        """Make a commit of the parent's files with these in their places; None takes one out."""
        self._run("read-tree", parent)
        for path, data in files.items():
            if data is None:
                self._run("update-index", "--force-remove", "--", path)
            else:
                blob = self._run("hash-object", "-w", "--stdin", "--no-filters", given=data)
                entry = f"100644,{blob.decode().strip()},{path}"
                self._run("update-index", "--add", "--cacheinfo", entry)
        tree = self._run("write-tree").decode().strip()
        made = self._run("commit-tree", tree, "-p", parent, "-F", "-", given=message.encode())
        return made.decode().strip()

    def has_same_tree(self, one: str, other: str) -> bool:
        """Tell whether two commits hold the same files."""
        trees = self._run("rev-parse", f"{one}^{{tree}}", f"{other}^{{tree}}").split()
        return trees[0] == trees[1]

    def push(self, remote: str, refspec: str, *words: str) -> None:
        """Push; the server sees who we are by the token, if there is one."""
        options = (_OUR_RECEIVE, "--quiet", "--no-signed", "--recurse-submodules=no", *words)
        self._call_remote(remote, "push", *options, remote, refspec)

    def _call_remote(self, remote: str, *words: str) -> bytes:
        url = urlsplit(self._run("ls-remote", "--get-url", remote).decode().strip())
        if not self.token or url.scheme not in {"http", "https"}:
            return self._run(*words)
        # A checkout may have left its own token for this server: ours is meant.
        header = f"http.{url.scheme}://{url.netloc.rpartition('@')[2]}/.extraheader="
        settings = ("-c", "credential.helper=", "-c", f"credential.helper={_HELPER}", "-c", header)
        variables = {TOKEN_VARIABLE: self.token, "VOICEOPS_PUSH_USER": self.user}
        asked = replace(self, variables={**self.variables, **variables})
        return asked._run(*settings, *words)

    def _run(self, *words: str, given: bytes = b"") -> bytes:
        return _call(self.where, words, self.variables, given)


def open_git(where: Path, *, author: tuple[str, str], token: str, user: str) -> Git:
    """Find the repository that a folder is in; raises GitRefused if git will not work there."""
    name, address = author
    kept = {key: value for key, value in os.environ.items() if key != TOKEN_VARIABLE}
    variables = {
        **kept,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": address,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": address,
        "LC_ALL": "C.UTF-8",
    }

    def ask(question: str) -> str:
        words = ("rev-parse", "--path-format=absolute", question)
        return os.fsdecode(_call(where, words, variables, b"")).removesuffix("\n")

    top, folder, prefix = map(ask, ("--show-toplevel", "--git-dir", "--show-prefix"))
    return Git(Path(top), Path(folder), prefix, user, token, variables)


def _call(where: Path, words: tuple[str, ...], variables: Mapping[str, str], given: bytes) -> bytes:
    try:
        ended = run_git(where, words, variables=variables, given=given, limit_s=_TIME_LIMIT_S)
    except FileNotFoundError as error:
        raise GitRefused("git is not installed here", hint="install it") from error
    except subprocess.TimeoutExpired as error:
        raise GitRefused(f"git did not answer within {_TIME_LIMIT_S} s") from error
    if ended.returncode != 0:
        raise GitRefused(f"git: {_read_refusal(ended.stderr)}")
    return ended.stdout


def run_git(
    where: Path,
    words: tuple[str, ...],
    *,
    limit_s: float,
    variables: Mapping[str, str] | None = None,
    given: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder; GitRefused if the files there would tell git what to do.

    Whoever calls looks at the exit code. Raises what subprocess raises, too.
    """
    if (bare := _find_embedded(where)) is not None:
        raise GitRefused(
            f"{bare}: this folder looks like a bare repository, and has settings of its own",
            hint="no project has HEAD, objects and refs in its folder: take them out",
        )
    quiet = [word for setting in _SAFE for word in ("-c", setting)]
    return subprocess.run(
        ["git", "-C", str(where), *quiet, *words],
        env=variables,
        input=given,
        capture_output=True,
        timeout=limit_s,
        check=False,
    )


def _find_embedded(where: Path) -> Path | None:
    """Find a bare repository between a folder and its checkout's top: a branch can bring one.

    git would take it for the repository, and start what its settings name.
    """
    for folder in (where.absolute(), *where.absolute().parents):
        if (folder / ".git").exists():
            return None
        if all((folder / name).exists() for name in ("HEAD", "objects", "refs")):
            return folder
    return None


def hide_login(text: str) -> str:
    """Take out of a text what its addresses hold of a name and a secret."""
    return _LOGIN.sub("://", text)


def _read_refusal(said: bytes) -> str:
    """Put what git said last into one line, without what an address may hold of a secret."""
    text = hide_login(said.decode(errors="replace"))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines[-_MOST_LINES:]) or "it failed, and did not say why"
