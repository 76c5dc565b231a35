"""Compares what is declared, locked and live, and decides every name once."""
