"""What an environment may set, and what the operator may say on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase

from voiceops.core.families.family import Family, Listing


class Orphans(StrEnum):
    """What apply does with unmanaged voices."""

    KEEP = "keep"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one environment.

    Units are in the names. What is None is as the voice's family has it. The price of a create is
    an estimate: the vendor's pages disagree about the currency. `families` are those that are
    listed although nothing of theirs is declared or locked.
    """

    orphans: Orphans = Orphans.KEEP
    max_delete_percent: int = 30
    max_replace_percent: int = 30
    keep_replaced_days: int = 7
    keep_removed_days: int = 0
    quota: int | None = None
    quota_warn_percent: int = 90
    idle_days: int = 365
    idle_warn_days: int = 60
    requests_per_minute: int = 180
    settle_s: float = 600
    price_amount: Decimal | None = None
    price_currency: str | None = None
    max_cost: Decimal | None = None
    max_creates: int | None = None
    ignore: tuple[str, ...] = ()
    listing: Listing | None = None
    families: tuple[str, ...] = ()

    def quota_of(self, family: Family) -> int:
        """Tell how many voices of a family the account may hold."""
        return family.quota if self.quota is None else self.quota

    def price_of(self, family: Family) -> Decimal:
        """Tell what a create costs; what is free stays so, whatever the settings say."""
        return family.price if self.price_amount is None or not family.price else self.price_amount

    def currency_of(self, family: Family) -> str:
        """Tell in which currency."""
        return self.price_currency or family.currency


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
