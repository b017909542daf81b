"""Tests of the Compose loader."""
