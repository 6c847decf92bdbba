"""Measurements: ratios against a baseline in the same run. Run by `make bench`."""
