"""Speaks with the person."""
