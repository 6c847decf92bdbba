"""The policy kinds: one frozen option model each, and the table that names them all."""
