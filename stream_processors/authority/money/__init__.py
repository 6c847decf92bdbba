"""Money: wallets, budgets, leases, holds and tickets, decided by pure rules."""
