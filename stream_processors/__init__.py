"""The only authority: records in, entries and snapshots out."""
