"""Checks of a whole installation, each with a fix: what `kt doctor` runs."""
