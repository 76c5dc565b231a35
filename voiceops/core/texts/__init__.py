"""What a text is made of: its script, characters that deceive, and parts that can be said."""
