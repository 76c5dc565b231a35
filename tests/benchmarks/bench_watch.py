"""Run voiceops, and note what it does: files opened, folders read, fsyncs, connections, modules.

`python bench_watch.py NOTES ARGUMENT...`; the notes are JSON, written at the end.
"""

import atexit
import json
import os
import runpy
import sys

notes, sys.argv[1:] = sys.argv[1], sys.argv[2:]
events = []
sync = os.fsync


def note(event, arguments):
    """Keep the events that are counted; called by the interpreter."""
    if event == "open" and isinstance(arguments[0], str | bytes):
        is_read = arguments[2] & os.O_ACCMODE == os.O_RDONLY
        seen = ("read" if is_read else "write", os.fsdecode(arguments[0]))
        if arguments[1] is not None or events[-1:] != [seen]:  # what an opener opens is told twice
            events.append(seen)
    elif event in {"os.listdir", "os.scandir"}:
        events.append(("folder", str(arguments[0])))
    elif event == "socket.connect":
        events.append(("connection", str(arguments[1])))


def note_fsync(descriptor):
    """Keep that something was synced; there is no audit event for it."""
    events.append(("fsync", ""))
    sync(descriptor)


def write_notes():
    """Write what was noted, beside the modules that were loaded."""
    modules = sorted(set(sys.modules) - before)
    kept = list(events)
    with open(notes, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump({"events": kept, "modules": modules}, file)


before = frozenset(sys.modules)
atexit.register(write_notes)
os.fsync = note_fsync
sys.addaudithook(note)
runpy.run_module("voiceops", run_name="__main__", alter_sys=True)
