"""Keeptrusts: event-sourced governance for AI traffic."""
