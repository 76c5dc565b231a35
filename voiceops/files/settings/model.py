"""What voiceops.yaml may say, value by value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from voiceops.containment import enters_git
from voiceops.core.families.family import Listing
from voiceops.core.families.known import FAMILIES, find_family
from voiceops.core.globs import find_misfit
from voiceops.core.settings import Orphans
from voiceops.files.manifests.paths import find_glob_misfit
from voiceops.files.phrases import quote, suggest
from voiceops.files.yaml.checks import Checked, refuse

VERSION = 1
_ENDPOINTS = ("singapore", "beijing", "sandbox")
_HOSTS = ("dashscope-intl.aliyuncs.com", "dashscope.aliyuncs.com")
_WORKSPACE_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+maas\.aliyuncs\.com")
_HOST_SHAPE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_ENVIRONMENT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_KEY_VARIABLE = re.compile(r"(DASHSCOPE|VOICEOPS)_[A-Z0-9_]+")
_WORKSPACE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MAX_DAYS = 36_500
_LOCKFILE_SUFFIX = ".lock"
_LOCKFILE_HINT = "write a path below the project's folder, like voiceops.prod.lock"
# A file is written under a longer name first, and no system takes more than 255.
_MAX_NAME_BYTES = 200


def _check_name_glob(value: str) -> str:
    misfit = find_misfit(value)
    if misfit:
        raise refuse(
            f"is {quote(value)}, which {misfit}", "a glob has *, ? and [abc], as in legacy_*"
        )
    return value


def _check_endpoint(value: str) -> str:
    """Take a known endpoint, or a host that the service has; the key goes nowhere else."""
    host = value.lower()
    if host in (*_ENDPOINTS, *_HOSTS) or _WORKSPACE_HOST.fullmatch(host):
        return host
    if ":" in value or "/" in value:
        hint = "name an endpoint or a host; an operator can set DASHSCOPE_HTTP_BASE_URL"
        raise refuse("is a URL, which voiceops.yaml cannot set", hint)
    hint = suggest(host, (*_ENDPOINTS, *_HOSTS, "WORKSPACE.REGION.maas.aliyuncs.com"))
    if _HOST_SHAPE.fullmatch(host):
        raise refuse(f"is {quote(value)}, a host that the key may not be sent to", hint)
    raise refuse(f"is {quote(value)}, which is no endpoint", hint)


def _check_key_variable(value: str) -> str:
    """Take a variable's name. What else it may be is never repeated: it could be the key."""
    if _KEY_VARIABLE.fullmatch(value):
        return value
    hint = "write the name of a variable: DASHSCOPE_… or VOICEOPS_…, in capitals"
    if value.lstrip().startswith("sk-"):
        hint = "revoke the key if others saw it, and write the name of a variable that holds one"
        raise refuse("holds what looks like a key itself", hint)
    raise refuse("is not the name of a variable that voiceops may read", hint)


def _check_workspace(value: str) -> str:
    if not _WORKSPACE.fullmatch(value):
        raise refuse(f"is {quote(value)}, which no workspace is called", "use A-Z a-z 0-9 _ -")
    return value


def _check_currency(value: str) -> str:
    if not _CURRENCY.fullmatch(value):
        raise refuse(f"is {quote(value)}, which is no currency", "write three capitals, like USD")
    return value


def _check_glob(value: str) -> str:
    misfit = find_glob_misfit(value)
    if misfit:
        raise refuse(f"holds {quote(value)}, which {misfit.message}", misfit.hint)
    return value


def _check_globs(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise refuse("is an empty list", "write at least one glob")
    return value


def _check_lockfile(value: str) -> str:
    """Take a path that can be a lockfile's alone: it is written over, and git must keep it."""
    path = PurePosixPath(value)
    is_foreign = path.is_absolute() or PureWindowsPath(value).drive or "\\" in value
    if is_foreign or ".." in path.parts or not path.name or not value.isprintable():
        raise refuse(f"is {quote(value)}, which is not a file of the project", _LOCKFILE_HINT)
    if enters_git(path) or path.parts[0].casefold() == ".voiceops":
        raise refuse(f"is {quote(value)}, which git does not keep", _LOCKFILE_HINT)
    if not path.name.endswith(_LOCKFILE_SUFFIX) or path.name == _LOCKFILE_SUFFIX:
        raise refuse(f"is {quote(value)}, which is not the name of a lockfile", _LOCKFILE_HINT)
    if any(len(part.encode()) > _MAX_NAME_BYTES for part in path.parts):
        message = f"is {quote(value)}, with a name of more than {_MAX_NAME_BYTES} bytes"
        raise refuse(message, "choose a shorter one")
    return str(path)


def _check_environment_name(value: str) -> str:
    if not _ENVIRONMENT_NAME.fullmatch(value):
        hint = "use at most 32 of a-z 0-9 _ -, and a letter or digit first"
        raise refuse("cannot be an environment's name", hint)
    return value


def _check_family(value: str) -> str:
    if find_family(value) is None:
        keys = tuple(family.key for family in FAMILIES)
        raise refuse(f"holds {quote(value)}, which is no family", suggest(value, keys))
    return value


def _to_decimal(value: object) -> object:
    """Read an amount as it is written: 0.2 is two tenths, not the nearest binary fraction."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else value


_Amount = Annotated[
    Decimal,
    Field(ge=0, allow_inf_nan=False),
    BeforeValidator(_to_decimal),
    WithJsonSchema({"type": "number", "minimum": 0}),
]
_Currency = Annotated[
    str,
    AfterValidator(_check_currency),
    WithJsonSchema({"type": "string", "pattern": f"^{_CURRENCY.pattern}$"}),
]
_NameGlob = Annotated[str, Field(min_length=1), AfterValidator(_check_name_glob)]
_Endpoint = Annotated[
    str,
    AfterValidator(_check_endpoint),
    WithJsonSchema({"type": "string", "examples": [*_ENDPOINTS, *_HOSTS]}),
]
_KeyVariable = Annotated[
    str,
    AfterValidator(_check_key_variable),
    WithJsonSchema({"type": "string", "pattern": f"^{_KEY_VARIABLE.pattern}$"}),
]
_Workspace = Annotated[
    str,
    AfterValidator(_check_workspace),
    WithJsonSchema({"type": "string", "pattern": f"^{_WORKSPACE.pattern}$"}),
]
_Glob = Annotated[str, AfterValidator(_check_glob)]
_Lockfile = Annotated[
    str,
    AfterValidator(_check_lockfile),
    WithJsonSchema({"type": "string", "pattern": r"[^/]\.lock$"}),
]
_FamilyKey = Annotated[
    str,
    AfterValidator(_check_family),
    WithJsonSchema({"type": "string", "enum": [family.key for family in FAMILIES]}),
]
_EnvironmentName = Annotated[str, AfterValidator(_check_environment_name)]
_Percent = Annotated[int, Field(ge=0, le=100)]
_Days = Annotated[int, Field(ge=1, le=_MAX_DAYS)]
_Wait = Annotated[int, Field(ge=0, le=_MAX_DAYS)]


class PriceFields(Checked, defer_build=True):
    """What a create costs; an estimate, the vendor's pages disagree."""

    amount: _Amount | None = None
    currency: _Currency | None = None


class SettingFields(Checked, defer_build=True):
    """Settings, of one environment or of all."""

    orphans: Annotated[Orphans, Field(strict=False)] | None = Field(
        default=None, description="What apply does with voices that no lockfile names."
    )
    max_delete_percent: _Percent | None = Field(
        default=None, description="How many of the locked voices a run may delete or lose."
    )
    max_replace_percent: _Percent | None = Field(
        default=None, description="How many of the locked voices a run may replace."
    )
    keep_replaced_days: _Wait | None = Field(
        default=None,
        description="For how many days an edit can be taken back: the voice that it replaced is "
        "kept so long. 0 deletes it at once.",
    )
    keep_removed_days: _Wait | None = Field(
        default=None,
        description="The same for a voice that was taken out of the manifests, and for an "
        "unmanaged one under `orphans: delete`.",
    )
    quota: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="How many voices the account may hold."
    )
    quota_warn_percent: _Percent | None = Field(
        default=None, description="From which share of the quota plan warns."
    )
    idle_days: _Days | None = Field(
        default=None, description="After how many days without use the service deletes a voice."
    )
    idle_warn_days: _Days | None = Field(
        default=None, description="How many days before that plan warns."
    )
    requests_per_minute: Annotated[int, Field(ge=1, le=6000)] | None = Field(
        default=None, description="The pace of all requests to the account."
    )
    settle_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] | None = Field(
        default=None, description="Seconds until an unknown outcome counts as not executed."
    )
    price: PriceFields | None = None
    max_cost: _Amount | None = Field(
        default=None, description="Refuse a run whose creates cost more."
    )
    max_creates: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="Refuse a run that creates more voices, whatever they cost."
    )
    families: tuple[_FamilyKey, ...] | None = Field(
        default=None,
        description="Families to list, although nothing of theirs is declared or locked.",
    )
    ignore: tuple[_NameGlob, ...] | None = Field(
        default=None, description="Globs of unmanaged voices to leave out and never delete."
    )
    listing: Annotated[Listing, Field(strict=False)] | None = Field(
        default=None, description="What makes a listing complete."
    )


class EnvironmentFields(SettingFields):
    """A named account."""

    endpoint: _Endpoint | None = Field(
        default=None, description="A known endpoint, or one of the service's hosts; never a URL."
    )
    api_key: _KeyVariable | None = Field(
        default=None, description="The name of the variable that holds the key; never the key."
    )
    workspace: _Workspace | None = Field(
        default=None, description="The workspace to name in each request."
    )
    manifests: Annotated[tuple[_Glob, ...], AfterValidator(_check_globs)] | None = Field(
        default=None,
        description="Globs of the manifests, below the project's folder.",
        json_schema_extra={"minItems": 1},
    )
    lockfile: _Lockfile | None = Field(
        default=None,
        description="The lockfile's path, below the project's folder; it ends with .lock.",
    )


class ConfigFields(SettingFields, defer_build=False):
    """Settings of voiceops, and the accounts that it works with."""

    misplaced: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("endpoint", "api_key", "workspace", "manifests", "lockfile"),
        "put it under `environments:`, below the environment's name",
    )

    version: Annotated[int, Field(ge=VERSION, le=VERSION)] | None = Field(
        default=None, description="The version of this file's format."
    )
    environments: dict[_EnvironmentName, EnvironmentFields] | None = Field(
        default=None,
        description="Accounts by name. Without it there is one, `default`; `sandbox` always is.",
        json_schema_extra={"propertyNames": {"pattern": f"^{_ENVIRONMENT_NAME.pattern}$"}},
    )
