"""A small instance of the money protocol in which every interleaving is tried."""
