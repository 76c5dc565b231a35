"""A stand-in of a Kubernetes API server: what kubectl asks to apply and diff config maps, no more.

`python bench_objects.py FILE` keeps the objects in the file, prints its port, and serves until it
is ended.
"""

from __future__ import annotations

import json
import sys
import uuid
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from local_server import Handler, listen_until_ended

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


class Requests(Handler):
    """Answers one connection; `objects` is set before it serves."""

    wbufsize = -1  # one write for each reply
    objects: Objects

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        known = FIXED.get(path) or self.objects.find(path.removeprefix(f"{COLLECTION}/"))
        self._tell(known)

    def do_POST(self) -> None:
        document = json.loads(self.take_body())
        address = urlsplit(self.path)
        if address.path != COLLECTION:
            self._tell(None)
            return
        is_dry = is_dry_run(address.query)
        self._tell(document if is_dry else self.objects.add(document), HTTPStatus.CREATED)

    def do_PATCH(self) -> None:
        """Merge what was sent into the object; only as a dry run."""
        patch = json.loads(self.take_body())
        address = urlsplit(self.path)
        found = self.objects.find(address.path.removeprefix(f"{COLLECTION}/"))
        is_dry = is_dry_run(address.query)
        self._tell(merge(found, patch) if found and is_dry else None)

    def _tell(self, document: Document | None, status: HTTPStatus = HTTPStatus.OK) -> None:
        if document is None:
            status = HTTPStatus.NOT_FOUND
            document = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
            document |= {"reason": "NotFound", "code": 404}
        self.reply(status, json.dumps(document).encode())


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


if __name__ == "__main__":
    Requests.objects = Objects(Path(sys.argv[1]))
    listen_until_ended(Requests)
