"""The HTTP edge of the data plane: routes, reading requests, health and metrics."""
