"""The command `voiceops`: its subcommands, and how errors and exit codes reach the person."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from voiceops.cli.options import Global, global_options
from voiceops.cli.terminal import drop_stdout, prepare_streams
from voiceops.errors import ExitCode, FilesInvalid, FileUnusable, VoiceopsError
from voiceops.version import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Each command with its module, which is imported when the command is called, and its short help,
# which is empty for what people do not call themselves.
_COMMANDS = {
    "init": ("init", "Make a project that works."),
    "plan": ("plan", "Show what apply would change; change nothing."),
    "apply": ("apply", "Make the account as the manifests declare."),
    "drift": ("drift", "Tell whether account and manifests still agree."),
    "show": ("show", "Show a saved document; offline."),
    "validate": ("validate", "Check all manifests, offline; no key is needed."),
    "fmt": ("fmt", "Write manifests in canonical form."),
    "import": ("import_", "Take existing voices into manifest and lockfile."),
    "list": ("list", "List the voices of the account, and whose they are."),
    "resolve": ("resolve", "Tell which voice a name stands for; offline."),
    "say": ("say", "Say a text with a voice."),
    "doctor": ("doctor", "Look for what is missing or broken here, with its cure."),
    "schema": ("schema", "Print a JSON Schema, for editors and for programs."),
    "sandbox": ("sandbox", "Run the service on your own machine."),
    "lockfile-merge": ("lockfile_merge", ""),
    "lockfile-push": ("lockfile_push", ""),
}

_SEE_PERMISSIONS = "check that it is there, and its permissions"
# A command makes many values, and throws few away: Python's own 700 costs a tenth of its time.
_OBJECTS_UNTIL_COLLECTED = 50_000


class Commands(click.Group):
    """The subcommands, each imported only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order in which a person meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None if there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        command: click.Command = import_module(f"voiceops.cli.commands.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Describe the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_find_commands("")))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Suggest options and commands without importing any."""
        from click.shell_completion import CompletionItem

        options = click.Command.shell_complete(self, ctx, incomplete)
        commands = _find_commands(incomplete)
        return [*(CompletionItem(name, help=short) for name, short in commands), *options]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may have been meant."""
        if args[0] not in _COMMANDS:
            from difflib import get_close_matches

            for close in get_close_matches(args[0], _COMMANDS, n=1):
                ctx.fail(f"No such command {args[0]!r}. Did you mean {close!r}?")
        return super().resolve_command(ctx, args)


def _find_commands(beginning: str) -> Iterator[tuple[str, str]]:
    """Give the names that begin so, with their short help, in the order of the table."""
    for name, (_, short) in _COMMANDS.items():
        if short and name.startswith(beginning):
            yield name, short


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="voiceops")
@global_options
@click.pass_context
def cli(context: click.Context, said: Global) -> None:
    """Voices as code: keep an account's designed voices in step with manifests in git."""
    context.obj = said


def main() -> NoReturn:
    """Run the command line and leave with the exit code that tells the truth."""
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTED)
    prepare_streams()
    try:
        code = _run()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has left
        drop_stdout()
        code = ExitCode.FAILED
    except OSError as error:
        code = ExitCode.FAILED
        if error.filename is None and error.errno != errno.ENOENT:
            drop_stdout()
            click.echo(f"error: stdout cannot be written: {error.strerror or error}", err=True)
        else:
            where = error.filename or "the current folder"
            _show(FileUnusable(f"{where}: {error.strerror}", hint=_SEE_PERMISSIONS))
    sys.exit(code)


def _run() -> int:
    try:
        code = cli.main(prog_name="voiceops", standalone_mode=False, obj=Global())
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.UsageError as error:
        _show_usage(error)
        return ExitCode.USAGE
    except click.ClickException as error:
        error.show()
        return ExitCode.FAILED
    except (click.Abort, KeyboardInterrupt):  # not while anything is written: apply has its own
        click.echo("stopped", err=True)
        sys.stdout.flush()
        os._exit(ExitCode.INTERRUPTED)  # threads that read are not waited for
    except VoiceopsError as error:
        _show(error)
        return error.exit_code
    return int(code or 0)


def _show_usage(error: click.UsageError) -> None:
    """Print what is wrong with the command line, and where to read how it is used."""
    from voiceops.report.terminal import show

    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return
    click.echo(f"error: {show(' '.join(error.format_message().split()))}", err=True)
    if error.ctx is not None:
        click.echo(f"  hint: see `{error.ctx.command_path} --help`", err=True)


def _show(error: VoiceopsError) -> None:
    """Print an error and what to do about it; the faults of files each with their own hint."""
    from voiceops.report.terminal import show

    if isinstance(error, FilesInvalid):
        for fault in error.faults:
            click.echo(show(str(fault)), err=True)
            if fault.hint:
                click.echo(f"  hint: {show(fault.hint)}", err=True)
        count = len(error.faults)
        click.echo(f"{count} fault{'' if count == 1 else 's'}", err=True)
        return
    click.echo(f"error: {show(error.message)}", err=True)
    if error.hint:
        click.echo(f"  hint: {show(error.hint)}", err=True)
