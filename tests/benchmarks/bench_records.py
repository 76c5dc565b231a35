"""A DNS service of one zone over HTTP: its records, a page at a time.

`python bench_records.py COUNT` prints its port, and serves until it is ended.
"""

from __future__ import annotations

import json
import sys
from urllib.parse import parse_qs, urlsplit

from bench_data import address_of, name_voice
from local_server import Handler, listen_until_ended

PAGE_SIZE = 100


class Pages(Handler):
    """Answers with a page that was written before the first request."""

    wbufsize = -1  # one write for each reply
    pages: list[bytes]

    def do_GET(self) -> None:
        page = int(parse_qs(urlsplit(self.path).query)["page"][0])
        self.reply(200, self.pages[page] if page < len(self.pages) else b"[]")


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


if __name__ == "__main__":
    Pages.pages = write_pages(int(sys.argv[1]))
    listen_until_ended(Pages)
