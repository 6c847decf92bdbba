"""Exports: rows of the tables, written to files that people take away."""
