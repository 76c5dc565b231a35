"""Talks to the service."""
