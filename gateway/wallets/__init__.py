"""Money inside one gateway process: prices, and later estimates and leases. Pure."""
