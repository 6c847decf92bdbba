"""Tells endpoints of events: what is queued and when is decided purely, sending and recording is done around that."""
