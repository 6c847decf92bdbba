"""Pure functions from records to rows, one file a table."""
