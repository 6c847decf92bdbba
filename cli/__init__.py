"""The outermost layer: the kt command and the one place that wires services together."""
