"""git over HTTP on this machine, as a hub has it: reading is free, pushing needs the token."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from github_server import TOKEN
from local_server import Handler, listening


@contextmanager
def serving_git(folder: Path, *, user: str = "x-access-token") -> Iterator[str]:
    """Serve the repositories of a folder to this user; gives the URL."""
    login = "Basic " + base64.b64encode(f"{user}:{TOKEN}".encode()).decode()

    class Requests(Handler):
        protocol_version = "HTTP/1.0"  # git does not say how much it sends

        def _answer(self) -> None:
            url = urlsplit(self.path)
            if "git-receive-pack" in self.path and self.headers["Authorization"] != login:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="hub"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            variables = {
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": url.path,
                "QUERY_STRING": url.query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": self.headers.get("Content-Length", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REMOTE_USER": user,
                "PATH": os.environ["PATH"],
            }
            ended = subprocess.run(
                ["git", "http-backend"],
                env=variables,
                input=self.take_body(),
                capture_output=True,
                check=True,
            )
            head, _, body = ended.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

    with listening(Requests) as url:
        yield url
