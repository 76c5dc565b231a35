"""The vendor's APIs that make voices, a room each."""
