"""The project as a whole: its first files, and git."""
