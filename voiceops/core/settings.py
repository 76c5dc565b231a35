"""What an environment may set, and what the operator may say on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase


class Orphans(StrEnum):
    """What apply does with unmanaged voices."""

    KEEP = "keep"
    DELETE = "delete"


class Listing(StrEnum):
    """What makes a listing complete: its own count, or two equal passes that end empty."""

    COUNTED = "counted"
    UNTIL_EMPTY = "until_empty"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one environment.

    Units are in the names. The price of a create is an estimate: the vendor's pages disagree
    about the currency.
    """

    orphans: Orphans = Orphans.KEEP
    max_delete_percent: int = 30
    max_replace_percent: int = 30
    keep_replaced_days: int = 7
    keep_removed_days: int = 0
    quota: int = 1000
    quota_warn_percent: int = 90
    idle_days: int = 365
    idle_warn_days: int = 60
    requests_per_minute: int = 180
    settle_s: float = 600
    price_amount: Decimal = Decimal("0.2")
    price_currency: str = "USD"
    max_cost: Decimal | None = None
    ignore: tuple[str, ...] = ()
    listing: Listing = Listing.COUNTED


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asks for in this run. Globs match names; case counts."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    allow_empty: bool = False
    allow_deletes: int = 0
    allow_replaces: int = 0
    delete_now: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    accept_lost: tuple[str, ...] = ()
    deletes_first: bool = False
    parallelism: int = 4

    def selects(self, *names: str) -> bool:
        """Tell whether a change that bears these names is to be carried out."""
        if self.only and not matches(self.only, *names):
            return False
        return not matches(self.exclude, *names)


def is_plain(glob: str) -> bool:
    """Tell whether a glob matches itself alone."""
    return not any(character in glob for character in "*?[")


def matches(globs: tuple[str, ...], *names: str) -> bool:
    """Tell whether any glob matches any of the names."""
    return any(fnmatchcase(name, glob) for name in names for glob in globs)
