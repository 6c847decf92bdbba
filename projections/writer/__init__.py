"""Moves topics into tables, exactly once."""
