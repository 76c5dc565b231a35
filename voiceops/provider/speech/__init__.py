"""Speaks with voices, whichever family made them: what is said, and the audio that comes."""
