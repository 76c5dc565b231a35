"""What a person reads on a terminal, a module a document."""
