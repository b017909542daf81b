"""Dockerfiles: text to instructions to stages to what the built image is."""
