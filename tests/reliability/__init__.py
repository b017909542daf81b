"""Hostile input: whatever stands in the linted tree ends in findings, within bounds, and never in a traceback."""
