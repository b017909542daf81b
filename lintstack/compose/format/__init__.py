"""The Compose format, annotated: every field with its type, its merge, its paths, its history and what it is for."""
