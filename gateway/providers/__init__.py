"""Upstreams: which targets there are, how they are called, how client and provider wires are translated."""
