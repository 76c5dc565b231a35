"""Reads and writes the user's repository."""
