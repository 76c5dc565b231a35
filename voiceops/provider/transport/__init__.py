"""Carries requests to the service: sockets, trust, pace, time limits."""
