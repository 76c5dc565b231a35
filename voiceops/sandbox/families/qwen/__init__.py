"""Qwen voice design: its four actions, its speech over HTTP, its realtime sessions."""
