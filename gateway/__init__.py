"""Data plane and command API: answers one HTTP request, writes facts, owns no truth."""
