"""Decides, and is pure: no files, no network, no clock, no randomness."""
