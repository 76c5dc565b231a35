"""Write to the outputs of the step: environment, lockfile, state folder, the words of the command.

Settings that cannot be read are no fault here: the command that follows tells of them. Then there
is no lockfile to look after, and the name is the one that was asked for.
"""

import json
import os
import secrets
import sys
from pathlib import Path

from words import Refused, write_words

from voiceops.errors import ExitCode, VoiceopsError
from voiceops.files.lockfile.emergency import emergency_path
from voiceops.files.settings.read import read_config


def main() -> None:
    """Read the settings, and append to GITHUB_OUTPUT."""
    inputs = read_inputs()
    asked = inputs["environment"]
    try:
        words = write_words(inputs, os.environ["DOCUMENT"])
    except Refused as error:
        sys.stdout.write(f"::error title=voiceops::{error}\n")
        sys.exit(ExitCode.USAGE)
    facts = {"environment": asked or "default", "lockfile": "", "state": ""}
    try:
        found = read_config(Path(inputs["directory"]).resolve()).environment(asked or None)
    except VoiceopsError:
        pass
    else:
        refuse_links(found.lockfile)
        facts = {
            "environment": found.name,
            "lockfile": str(found.lockfile),
            "state": str(found.state_dir),
        }
    facts["words"] = json.dumps(words)
    # No value can end its own block: the end is not known before.
    end = f"end-{secrets.token_hex(16)}"
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
        outputs.writelines(f"{name}<<{end}\n{value}\n{end}\n" for name, value in facts.items())


def read_inputs() -> dict[str, str]:
    """Give the inputs that shape the command, by their names; OPTION_ALLOW_EMPTY is allow-empty."""
    options = {
        name.removeprefix("OPTION_").lower().replace("_", "-"): value
        for name, value in os.environ.items()
        if name.startswith("OPTION_")
    }
    own = ("COMMAND", "ENVIRONMENT", "DIRECTORY", "PLAN_FILE")
    return {**options, **{name.lower().replace("_", "-"): os.environ[name] for name in own}}


def refuse_links(lockfile: Path) -> None:
    """End before anything is paid for if what is to be committed is no file of the project."""
    for path in (lockfile, emergency_path(lockfile)):
        if path.is_symlink():
            message = "the lockfile and its emergency file must be regular files, and one is a link"
            sys.exit(f"::error title=voiceops::{message}: take it out of the repository")


main()
