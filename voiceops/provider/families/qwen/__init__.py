"""Qwen voice design: its actions, what it sends and tells, and how its voices speak."""
