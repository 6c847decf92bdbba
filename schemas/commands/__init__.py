"""Intents: what a person or script asks the authority for. Acceptance is decided in the fold."""
