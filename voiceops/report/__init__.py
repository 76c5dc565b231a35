"""Renders documents."""
