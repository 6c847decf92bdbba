"""Read-only views of what the authority publishes: the directory, and the outcomes of intents."""
