"""Runs a gateway: one process or several workers, configuration and certificates kept in step with their files."""
