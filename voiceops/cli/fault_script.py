"""Read the fault script that a person wrote for the sandbox."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, field_validator, model_validator

from voiceops.errors import FilesInvalid, FileUnusable, Place
from voiceops.files.phrases import suggest
from voiceops.files.yaml.checks import Checked, check, limit_faults, refuse
from voiceops.files.yaml.tree import MAX_BYTES, Entry, read_tree
from voiceops.sandbox import script
from voiceops.sandbox.script import Body, Lost, OddReply, Operation, Script

T = TypeVar("T")
Choice = Annotated[T, Field(strict=False)]
_HOUR_S = 3600
_DAY_S = 86_400
_MOST_CLONES = 10_000


class ReplyFields(Checked):
    """A reply in the place of the right one."""

    status: int = Field(ge=200, le=599)
    code: str = ""
    message: str = ""
    body: Choice[Body] = Body.JSON
    retry_after_s: int | None = Field(None, ge=0, le=_HOUR_S)


class FaultFields(Checked):
    """A fault; with a `reply` the work is not done, otherwise it is, unless `work` says so."""

    on: Choice[Operation]
    name: str = Field("*", min_length=1)
    skip: int = Field(0, ge=0)
    times: int | None = Field(None, ge=1)
    work: Literal["done", "not_done"] | None = None
    reply: ReplyFields | None = None
    lose_reply: Choice[Lost] | None = None
    delay_s: float = Field(0, ge=0, le=_HOUR_S, allow_inf_nan=False, strict=False)
    vanish: str = ""

    @model_validator(mode="after")
    def _do_something(self) -> FaultFields:
        if not (self.reply or self.lose_reply or self.delay_s or self.vanish):
            hint = "give it a reply, lose_reply, delay_s or vanish"
            raise refuse("does nothing", hint)
        return self


class BehaviourFields(Checked):
    """How the sandbox behaves where the service is free to."""

    quota: int = Field(1000, ge=0)
    max_page_size: int = Field(100, ge=1)
    above_max_page_size: Choice[script.TooLarge] = script.TooLarge.CLAMP
    order: Choice[script.Order] = script.Order.NEWEST
    query: Choice[script.Queried] = script.Queried.FULL
    echo: Choice[script.Echo] = script.Echo.VERBATIM
    visible_after_s: int = Field(0, ge=0)
    stamp_digits: Literal[14, 17] = 17
    retired: bool | script.Family = False
    unknown_model: Choice[script.UnknownModel] = script.UnknownModel.CLOSE
    idle_days: int = Field(365, ge=1)
    api_key: str = ""
    enrollment_quota: int = Field(1000, ge=0)
    enrollment_list: Choice[script.EnrollmentList] = script.EnrollmentList.DOCUMENTED
    enrollment_create: Choice[script.EnrollmentCreate] = script.EnrollmentCreate.DOCUMENTED
    deploying_s: int = Field(0, ge=0, le=_DAY_S)
    refuse_word: str = ""
    clones: int = Field(0, ge=0, le=_MOST_CLONES)

    @field_validator("retired", mode="before")
    @classmethod
    def _read_retired(cls, value: object) -> object:
        if isinstance(value, bool):
            return value
        if value in list(script.Family):
            return script.Family(str(value))
        hint = suggest(str(value), ("true", "false", *script.Family))
        raise refuse("is neither true nor false, nor a family", hint)


class ScriptFields(Checked):
    """A whole script."""

    version: Literal[1] = 1
    behaviour: BehaviourFields = BehaviourFields()
    faults: tuple[FaultFields, ...] = ()


def read_script(path: Path) -> Script:
    """Read a script; raises FilesInvalid with every fault of the file, at its place."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileUnusable(f"{path}: cannot be read: {error.strerror}") from error
    tree = read_tree(data, path=str(path))
    if tree.root is None or tree.faults:
        raise FilesInvalid(limit_faults(tree.faults))
    place = Place(str(path), 1, 1)
    fields, faults = check(ScriptFields, Entry("the script", place, tree.root))
    if fields is None:
        raise FilesInvalid(limit_faults(faults))
    behaviour = replace(script.PLAIN.behaviour, **fields.behaviour.model_dump())
    return Script(behaviour, tuple(map(_make_fault, fields.faults)))


def _make_fault(fields: FaultFields) -> script.Fault:
    reply = OddReply(**fields.reply.model_dump()) if fields.reply else None
    return script.Fault(
        on=fields.on,
        name=fields.name,
        skip=fields.skip,
        times=fields.times,
        work_is_done=fields.work == "done" or (fields.work is None and reply is None),
        reply=reply,
        lost=fields.lose_reply,
        delay_s=fields.delay_s,
        vanish=fields.vanish,
    )
