"""A provider for octoDNS that reads its records over HTTP; runs in octoDNS' own environment."""

from __future__ import annotations

import logging
import os

import requests
from octodns.provider.base import BaseProvider
from octodns.record import Record


class PagesProvider(BaseProvider):
    """Reads pages until one is empty, on one connection, as octoDNS' own providers do."""

    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS = frozenset({"A"})

    def __init__(self, name):
        self.log = logging.getLogger(f"PagesProvider[{name}]")
        super().__init__(name)

    def populate(self, zone, target=False, lenient=False):
        """Fill the zone with the service's records."""
        with requests.Session() as session:
            page = 0
            while records := self._fetch(session, page):
                page += 1
                for record in records:
                    data = {key: record[key] for key in ("type", "ttl", "value")}
                    zone.add_record(
                        Record.new(zone, record["name"], data, source=self, lenient=lenient),
                        lenient=lenient,
                    )
        return True

    def _fetch(self, session, page):
        url = f"http://127.0.0.1:{os.environ['RECORDS_PORT']}/records"
        reply = session.get(url, params={"page": page}, timeout=30)
        reply.raise_for_status()
        return reply.json()
