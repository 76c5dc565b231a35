"""A DNS service of one zone over HTTP: its records, a page at a time.

`python bench_records.py COUNT` prints its port, and serves until it is ended.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from bench_data import address_of, name_voice

PAGE_SIZE = 100


class Handler(BaseHTTPRequestHandler):
    """Answers with a page that was written before the first request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    pages: list[bytes]

    def do_GET(self) -> None:
        page = int(parse_qs(urlsplit(self.path).query)["page"][0])
        body = self.pages[page] if page < len(self.pages) else b"[]"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        return


def write_pages(count: int) -> list[bytes]:
    """Write all pages of so many records."""
    return [
        json.dumps(
            [
                {"name": name_voice(number), "type": "A", "ttl": 300, "value": address_of(number)}
                for number in range(start, min(start + PAGE_SIZE, count))
            ]
        ).encode()
        for start in range(0, count, PAGE_SIZE)
    ]


def main(count: int) -> None:
    Handler.pages = write_pages(count)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
