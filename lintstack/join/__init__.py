"""Merged compose trees, Dockerfile stages and known images → the subjects that rules speak about."""
