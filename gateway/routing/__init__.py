"""Which target a call goes to, which one is tried next, and which one is left alone for a while. Pure."""
