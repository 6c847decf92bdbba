"""Policies: pure decisions about one call, compiled once from a document. No clock, no I/O, no waiting."""
