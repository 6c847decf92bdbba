"""Facts that gateways and processors append to kt.events."""
