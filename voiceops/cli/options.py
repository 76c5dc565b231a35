"""The options that every command takes, before or after its name, and those that some share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from voiceops.cli.completion import suggest_environments, suggest_locked, suggest_names
from voiceops.errors import UsageFault

if TYPE_CHECKING:
    from pathlib import Path

    from voiceops.files.settings.read import Config


@dataclass(frozen=True, slots=True)
class Global:
    """What holds for a whole command: which environment, in which folder, with colour or not.

    `config` are the settings, if they were read already.
    """

    environment: str | None = None
    directory: str = ""
    colour: str = "auto"
    config: Config | None = None

    @property
    def folder(self) -> Path:
        """Give the project's folder, as it was said."""
        from pathlib import Path  # costs every command 4 ms, and few need it before they work

        return Path(self.directory)

    @property
    def root(self) -> Path:
        """Give the project's folder, absolute; raises FileUnusable if there is none."""
        from voiceops.errors import FileUnusable

        root = self.folder.resolve()
        if not root.is_dir():
            raise FileUnusable(f"{self.directory}: there is no such folder", hint="check -C")
        return root

    def read_config(self) -> Config:
        """Read the project's settings, if that was not done; raises as `files.config` does."""
        from voiceops.files.settings.read import read_config

        return self.config or read_config(self.root)


Callback = Callable[..., Any]

_GLOBAL = (
    click.option(
        "--env",
        "environment",
        metavar="NAME",
        shell_complete=suggest_environments,
        help="The environment to work on.",
    ),
    click.option(
        "-C",
        "directory",
        metavar="DIR",
        type=click.Path(),
        help="Work in this folder.",
    ),
    click.option(
        "--color",
        "colour",
        type=click.Choice(["auto", "always", "never"]),
        help="When to use colour.",
    ),
)
MOST_PARALLEL = 32
parallelism_option = click.option(
    "--parallelism",
    type=click.IntRange(1, MOST_PARALLEL),
    default=4,
    show_default=True,
    metavar="N",
    help="How many voices, and how many environments, to work on side by side.",
)
_PLANNING = (
    click.option(
        "--only",
        multiple=True,
        metavar="GLOB",
        shell_complete=suggest_names,
        help="Change these names alone; may be said more than once.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        shell_complete=suggest_names,
        help="Leave these names as they are; may be said more than once. A name must be known "
        "here, a glob need not match.",
    ),
    click.option("--allow-empty", is_flag=True, help="It is meant that nothing is declared."),
    click.option(
        "--allow-deletes",
        type=click.IntRange(0),
        default=0,
        metavar="N",
        help="Let up to N voices be deleted.",
    ),
    click.option(
        "--allow-replaces",
        type=click.IntRange(0),
        default=0,
        metavar="N",
        help="Let up to N voices be replaced.",
    ),
    click.option(
        "--delete-now",
        multiple=True,
        is_flag=False,
        flag_value="*",
        metavar="[GLOB]",
        shell_complete=suggest_locked,
        help="Delete at once what is deposed and would wait: all of it, or these names and "
        "voices; may be said more than once.",
    ),
    click.option(
        "--accept-lost",
        multiple=True,
        metavar="GLOB",
        shell_complete=suggest_locked,
        help="These voices are really gone; may be said more than once.",
    ),
    click.option(
        "--replace",
        multiple=True,
        metavar="NAME",
        shell_complete=suggest_names,
        help="Make another voice from the same text; may be said more than once.",
    ),
    click.option("--deletes-first", is_flag=True, help="Delete before creating."),
    parallelism_option,
)


def global_options(callback: Callback) -> Callback:
    """Give a command --env, -C and --color, and pass them on as `said`.

    They may stand before or after the command's name; after it they win.
    """

    @wraps(callback)
    def with_globals(
        *args: Any,  # noqa: ANN401
        environment: str | None,
        directory: str | None,
        colour: str | None,
        **others: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        before = click.get_current_context().find_object(Global) or Global()
        said = Global(
            environment or before.environment,
            directory or before.directory,
            colour or before.colour,
        )
        return callback(*args, said=said, **others)

    return _add(_GLOBAL, with_globals)


def planning_options(callback: Callback) -> Callback:
    """Give a command the options that shape a plan, and pass them on as `options`."""

    @wraps(callback)
    def with_options(*args: Any, **values: Any) -> Any:  # noqa: ANN401
        from voiceops.core.settings import Options

        fields = {name: values.pop(name) for name in Options.__dataclass_fields__}
        _refuse_misfits(fields)
        return callback(*args, options=Options(**fields), **values)

    return _add(_PLANNING, with_options)


def _refuse_misfits(fields: Mapping[str, Any]) -> None:
    """Refuse a glob that can match nothing: what it was to hold back would be changed."""
    from voiceops.core.globs import find_misfit

    for option in ("only", "exclude", "accept_lost"):
        for glob in fields[option]:
            misfit = find_misfit(glob) or ("" if glob else "is empty")
            if misfit:
                name = option.replace("_", "-")
                message = f"--{name} has the glob {glob!r}, which {misfit}"
                raise UsageFault(message, hint="a glob has *, ? and [abc]")


def _add(options: tuple[Callable[[Callback], Callback], ...], callback: Callback) -> Callback:
    for option in reversed(options):
        callback = option(callback)
    return callback
