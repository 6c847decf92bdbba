"""Finding what must not leave: one normalization, one scan, checks on candidates only. Pure; knows no policy."""
