"""The path of a request: a file a step, and ``run`` for their order."""
