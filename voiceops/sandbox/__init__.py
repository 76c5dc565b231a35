"""The service on your own machine: the same wire protocol, its state in a SQLite file."""
