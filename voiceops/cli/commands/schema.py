"""`voiceops schema`."""

from __future__ import annotations

import json

import click

from voiceops.errors import ExitCode

DOCUMENTS = ("plan", "apply", "validate", "failure")


@click.command("schema")
@click.argument("what", type=click.Choice(["manifest", "config", *DOCUMENTS]))
def command(what: str) -> int:
    """Print the JSON Schema of a manifest, of voiceops.yaml (config), or of a saved document."""
    click.echo(json.dumps(_make_schema(what), indent=2, ensure_ascii=False))
    return ExitCode.DONE


def _make_schema(what: str) -> dict[str, object]:
    from voiceops.files.manifests.read import manifest_schema
    from voiceops.files.settings.read import config_schema
    from voiceops.report.documents import document_schema

    match what:
        case "manifest":
            return manifest_schema()
        case "config":
            return config_schema()
        case _:
            return document_schema(what)
