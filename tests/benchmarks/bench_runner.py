"""Run commands one after another, and tell what the system says each has cost.

Reads a command a line from stdin, as JSON, and answers each with a line. It is a process of its
own because a child's peak memory is never told as less than that of the one who started it: this
one is small.
"""

import json
import os
import sys
import time


def run(command):
    """Run to the end; CPU is that of the process and of those it waited for."""
    log = os.open(command["log"], os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    here = os.open(os.curdir, os.O_RDONLY)
    os.chdir(command["folder"])
    start = time.perf_counter()
    child = os.posix_spawn(
        command["words"][0],
        command["words"],
        command["env"],
        file_actions=[
            (os.POSIX_SPAWN_DUP2, own, at) for own, at in ((nothing, 0), (log, 1), (log, 2))
        ],
    )
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    os.fchdir(here)
    os.close(here)
    os.close(nothing)
    os.close(log)
    return {
        "exit": os.waitstatus_to_exitcode(status),
        "wall_s": wall,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / (1 if sys.platform == "linux" else 1024) / 1024,
    }


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)  # noqa: T201
