"""The language all services speak: events, commands, money, ids, errors, topics. Pure."""
