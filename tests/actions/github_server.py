"""The routes of GitHub that our scripts use, on this machine: comments and issues, in pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from local_server import Handler, listening

# One route a line: method, path, what answers it.
Answer = tuple[int, object]
Record = dict[str, object]

READ_ONLY_TOKEN = "ghs_read-only"
TOKEN = "ghs_canary/7+f3=a9"
BOT = "github-actions[bot]"
MAX_CHARACTERS = 65_536


@dataclass
class Hub:
    """A repository's issues and comments; pages are as short as the test wants them."""

    page_size: int = 100
    issues: list[Record] = field(default_factory=list)
    comments: dict[int, list[Record]] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)

    def comment(self, number: int, login: str, body: str) -> Record:
        """Write a comment, as whoever it is."""
        made: Record = {"id": self._next(), "user": {"login": login}, "body": body}
        self.comments.setdefault(number, []).append(made)
        return made

    def open_issue(self, login: str, title: str, body: str) -> Record:
        """Open an issue, as whoever it is."""
        number = self._next()
        made: Record = {"id": number, "number": number, "user": {"login": login}}
        made |= {"title": title, "body": body, "state": "open"}
        self.issues.append(made)
        return made

    def bodies(self, number: int, login: str = BOT) -> list[str]:
        """List what somebody wrote below an issue or pull request."""
        found = self.comments.get(number, [])
        return [str(one["body"]) for one in found if one["user"] == {"login": login}]

    def _next(self) -> int:
        return 1 + len(self.issues) + sum(map(len, self.comments.values()))

    def answer(self, method: str, path: str, token: str, sent: Record) -> Answer:
        """Answer one request."""
        if token not in {TOKEN, READ_ONLY_TOKEN}:
            return 401, {"message": "Bad credentials"}
        if path == "/graphql":
            assert sent["query"] == "query { viewer { login } }"
            return 200, {"data": {"viewer": {"login": BOT}}}
        if method != "GET" and token == READ_ONLY_TOKEN:
            return 403, {"message": "Resource not accessible by integration"}
        if method != "GET":
            self.changes.append(f"{method} {path}")
            if len(str(sent.get("body", ""))) > MAX_CHARACTERS:
                return 422, {"message": "Validation Failed"}
        for allowed, pattern, name in ROUTES:
            match = re.fullmatch(f"/repos/team/voices/{pattern}", path)
            if match and allowed == method:
                return getattr(self, name)(*map(int, match.groups()), sent)
        return 404, {"message": "Not Found"}

    def list_comments(self, number: int, _: Record) -> Answer:
        return 200, self.comments.get(number, [])

    def create_comment(self, number: int, sent: Record) -> Answer:
        return 201, self.comment(number, BOT, str(sent["body"]))

    def update_comment(self, identity: int, sent: Record) -> Answer:
        every = (one for written in self.comments.values() for one in written)
        found = next(one for one in every if one["id"] == identity)
        found["body"] = sent["body"]
        return 200, found

    def list_issues(self, _: Record) -> Answer:
        return 200, [one for one in self.issues if one["state"] == "open"]

    def create_issue(self, sent: Record) -> Answer:
        return 201, self.open_issue(BOT, str(sent["title"]), str(sent["body"]))

    def update_issue(self, number: int, sent: Record) -> Answer:
        found = next(one for one in self.issues if one["number"] == number)
        found |= sent
        return 200, found


ROUTES = (
    ("GET", r"issues/(\d+)/comments", "list_comments"),
    ("POST", r"issues/(\d+)/comments", "create_comment"),
    ("PATCH", r"issues/comments/(\d+)", "update_comment"),
    ("GET", r"issues", "list_issues"),
    ("POST", r"issues", "create_issue"),
    ("PATCH", r"issues/(\d+)", "update_issue"),
)


@contextmanager
def serving_hub(hub: Hub) -> Iterator[str]:
    """Serve on a free port of this machine; gives the URL of the API."""

    class Requests(Handler):
        def _answer(self) -> None:
            url = urlsplit(self.path)
            data = self.take_body()
            token = str(self.headers.get("Authorization", "")).split(" ")[-1]
            if self.command == "GET":
                hub.reads.append(self.path)
            status, found = hub.answer(
                self.command, url.path, token, json.loads(data) if data else {}
            )
            links = ""
            if isinstance(found, list):
                found, links = self._cut(found, url.path, parse_qs(url.query))
            self.reply(status, json.dumps(found).encode(), {"Link": links} if links else {})

        def _cut(
            self, found: list[Record], path: str, query: dict[str, list[str]]
        ) -> tuple[list[Record], str]:
            size = min(hub.page_size, int(query.get("per_page", ["30"])[0]))
            page = int(query.get("page", ["1"])[0])
            kept = {name: values[0] for name, values in query.items() if name != "page"}
            listed = "&".join(f"{name}={value}" for name, value in kept.items())
            base = f"http://{self.headers['Host']}{path}?{listed}"
            more = f'<{base}&page={page + 1}>; rel="next"' if len(found) > page * size else ""
            return found[(page - 1) * size : page * size], more

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_PATCH(self) -> None:
            self._answer()

    with listening(Requests) as url:
        yield url
