"""`voiceops schema`."""

from __future__ import annotations

import json

import click

from voiceops.errors import ExitCode


@click.command("schema", short_help="Print a JSON Schema, for editors.")
@click.argument("what", type=click.Choice(["manifest", "config"]))
def command(what: str) -> int:
    """Print the JSON Schema of a manifest, or of voiceops.yaml (config)."""
    from voiceops.files.config import config_schema
    from voiceops.files.manifests import manifest_schema

    schema = manifest_schema() if what == "manifest" else config_schema()
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
    return ExitCode.DONE
