"""The lockfile, its merge, what those of other environments claim, and the emergency file."""
