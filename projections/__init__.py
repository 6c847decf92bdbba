"""Facts in, tables out, questions answered."""
