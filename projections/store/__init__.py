"""The one door to ClickHouse: a port, and its adapter for chDB and for a server."""
