"""`kt demo`: a sample organization with a history, one call and one refusal shown end to end, then live traffic."""
