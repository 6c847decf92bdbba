"""Policy documents: the YAML people write, checked, and the one model the gateway compiles."""
