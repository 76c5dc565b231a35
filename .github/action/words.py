"""Turn the inputs into the words of a command line.

An input that has the name of an option of the command is that option, so a new option needs no more
than an input in action.yml, which hands it on.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from voiceops.cli.main import cli

# What the inputs cannot say of a command, because the action does.
_ALWAYS = {"apply": ["--yes"], "fmt": ["--check"]}
_WITHOUT_DOCUMENT = {"fmt"}
# Inputs that are no options.
_OWN = {"command", "environment", "directory", "plan-file"}


class Refused(Exception):
    """An input that the command has no use for."""


def write_words(inputs: Mapping[str, str], document: str) -> list[str]:
    """Write the words after `voiceops`, each one argument, whatever is in it."""
    command = inputs["command"]
    words = [command, "-C", inputs["directory"]]
    if command not in _WITHOUT_DOCUMENT:
        words += ["-o", document]
    if inputs["environment"]:
        words.append(f"--env={inputs['environment']}")
    options = _find_options(command)
    for name in sorted(inputs.keys() - _OWN):
        words += _say(name, inputs[name], options.get(name), command)
    if inputs["plan-file"]:
        return [*words, "--", str(Path(inputs["plan-file"]).resolve())]
    return [*words, *_ALWAYS.get(command, [])]


def _find_options(command: str) -> dict[str, click.Option]:
    found = cli.get_command(click.Context(cli), command)
    return {
        word.removeprefix("--"): option
        for option in (found.params if found else ())
        if isinstance(option, click.Option)
        for word in option.opts
    }


def _say(name: str, value: str, option: click.Option | None, command: str) -> Iterator[str]:
    """Give the words of one input; none if it is empty, or a flag that is not set."""
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    if not lines or lines == ["false"]:
        return
    if option is None:
        raise Refused(f"the input {name} is not for {command}")
    if option.is_flag:
        if lines != ["true"]:
            raise Refused(f"the input {name} is neither true nor false")
        yield f"--{name}"
    elif option.multiple:
        yield from (f"--{name}={line}" for line in lines)
    else:
        yield f"--{name}={value.strip()}"
