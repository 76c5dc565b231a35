"""Write the environment's name, its lockfile and its state folder to the outputs of the step.

Settings that cannot be read are no fault here: the command that follows tells of them. Then there
is no lockfile to look after, and the name is the one that was asked for.
"""

import os
import secrets
from pathlib import Path

from voiceops.errors import VoiceopsError
from voiceops.files.config import read_config


def main() -> None:
    """Read the settings, and append to GITHUB_OUTPUT."""
    asked = os.environ["ENVIRONMENT"]
    facts = {"environment": asked or "default", "lockfile": "", "state": ""}
    try:
        found = read_config(Path(os.environ["DIRECTORY"]).resolve()).environment(asked or None)
    except VoiceopsError:
        pass
    else:
        facts = {
            "environment": found.name,
            "lockfile": str(found.lockfile),
            "state": str(found.state_dir),
        }
    # No value can end its own block: the end is not known before.
    end = f"end-{secrets.token_hex(16)}"
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
        outputs.writelines(f"{name}<<{end}\n{value}\n{end}\n" for name, value in facts.items())


main()
