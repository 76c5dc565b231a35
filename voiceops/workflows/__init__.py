"""Joins the others, a module a command."""
