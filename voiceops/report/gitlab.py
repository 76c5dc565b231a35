"""A document for the plan widget of GitLab's merge requests."""

from __future__ import annotations

import json

from voiceops.report.outlines.notes import Outline


def render_gitlab(outline: Outline) -> str:
    """Write what `artifacts:reports:terraform` takes: voices made, changed for free, and gone.

    A replace counts as one made and one gone. A document that counts nothing lacks the counts, so
    that the widget says that there is no report, and not that there are no changes.
    """
    if outline.counts is None:
        return json.dumps({"error": ": ".join(outline.heading)}) + "\n"
    counts = outline.counts
    widget = {
        "create": counts.creates + counts.replaces,
        "update": counts.updates,
        "delete": counts.gone,
    }
    return json.dumps(widget) + "\n"
