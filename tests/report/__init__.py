"""Tests of the reports."""

from __future__ import annotations
