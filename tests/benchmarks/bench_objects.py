"""A stand-in of a Kubernetes API server: what kubectl asks to apply and diff config maps, no more.

`python bench_objects.py FILE` keeps the objects in the file, prints its port, and serves until it
is ended.
"""

from __future__ import annotations

import json
import sys
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

Document = dict[str, object]

COLLECTION = "/api/v1/namespaces/default/configmaps"
FIXED: dict[str, Document] = {
    "/version": {"major": "1", "minor": "33", "gitVersion": "v1.33.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList",
        "groupVersion": "v1",
        "resources": [
            {
                "name": "configmaps",
                "singularName": "configmap",
                "namespaced": True,
                "kind": "ConfigMap",
                "verbs": ["create", "delete", "get", "list", "patch", "update"],
            }
        ],
    },
}


class Objects:
    """The objects by their names, and each that is new at the end of a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self._held: dict[str, Document] = {}
        for document in map(json.loads, lines):
            self._held[document["metadata"]["name"]] = document

    def find(self, name: str) -> Document | None:
        return self._held.get(name)

    def add(self, document: Document) -> Document:
        """Keep a new object, with what a server adds to it."""
        metadata = document["metadata"]
        assert isinstance(metadata, dict)
        metadata |= {
            "uid": str(uuid.uuid4()),
            "resourceVersion": str(len(self._held) + 1),
            "creationTimestamp": "2026-11-23T00:00:00Z",
        }
        self._held[metadata["name"]] = document
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(document) + "\n")
        return document


class Handler(BaseHTTPRequestHandler):
    """Answers one connection; `objects` is set before it serves."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    objects: Objects

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        known = FIXED.get(path) or self.objects.find(path.removeprefix(f"{COLLECTION}/"))
        self._reply(known)

    def do_POST(self) -> None:
        document = json.loads(self._take_body())
        address = urlsplit(self.path)
        if address.path != COLLECTION:
            self._reply(None)
            return
        is_dry = is_dry_run(address.query)
        self._reply(document if is_dry else self.objects.add(document), HTTPStatus.CREATED)

    def do_PATCH(self) -> None:
        """Merge what was sent into the object; only as a dry run."""
        patch = json.loads(self._take_body())
        address = urlsplit(self.path)
        found = self.objects.find(address.path.removeprefix(f"{COLLECTION}/"))
        is_dry = is_dry_run(address.query)
        self._reply(merge(found, patch) if found and is_dry else None)

    def _take_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _reply(self, document: Document | None, status: HTTPStatus = HTTPStatus.OK) -> None:
        if document is None:
            status = HTTPStatus.NOT_FOUND
            document = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
            document |= {"reason": "NotFound", "code": 404}
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        return


def is_dry_run(query: str) -> bool:
    """Tell whether nothing shall be kept of a request."""
    return parse_qs(query).get("dryRun") == ["All"]


def merge(document: Document, patch: Document) -> Document:
    """Merge by RFC 7396, which is what a strategic merge comes to where there are no lists."""
    merged = dict(document)
    for key, value in patch.items():
        held = merged.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(held, dict):
            merged[key] = merge(held, value)
        else:
            merged[key] = value
    return merged


def main(file: str) -> None:
    Handler.objects = Objects(Path(file))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
