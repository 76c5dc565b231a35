"""Become voiceops, so that signals reach it; WORDS are its arguments, each as it was given.

KEYS has a line `NAME=VALUE` for each variable that voiceops alone gets; an empty value is none. The
values are masked in the log.
"""

import json
import os
import re
import sys

USAGE = 64
NAME = re.compile(r"(DASHSCOPE|VOICEOPS)_[A-Z0-9_]+")


def read_keys(text: str) -> dict[str, str]:
    """Read the keys; what is wrong is told by its line's number, never by what it says."""
    keys = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, sign, value = (part.strip() for part in line.partition("="))
        if not (name or sign):
            continue
        if not sign or not NAME.fullmatch(name):
            says = f"line {number} of the input keys is not NAME=VALUE"
            hint = "a name is DASHSCOPE_ or VOICEOPS_ with A-Z, 0-9 and _"
            sys.stdout.write(f"::error title=voiceops::{says}: {hint}\n")
            sys.exit(USAGE)
        if value:
            keys[name] = value
    return keys


words = json.loads(os.environ.pop("WORDS"))
given = read_keys(os.environ.pop("KEYS", ""))
for key in given.values():
    sys.stdout.write(f"::add-mask::{key.replace('%', '%25')}\n")
sys.stdout.flush()
os.environ.update(given)
folder = os.environ["BIN"]
os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
os.execv(f"{folder}/voiceops", ["voiceops", *words])  # noqa: S606 - that is the point
