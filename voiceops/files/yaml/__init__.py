"""YAML in which every value knows its place, and what is checked of it."""
