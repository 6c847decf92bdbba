"""The authority: one pure fold a ledger that decides about people, money and what follows from them."""
