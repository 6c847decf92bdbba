"""Derived records: what the processors publish from kt.events, each the current value of one thing or one entry."""
