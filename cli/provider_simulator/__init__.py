"""A provider that answers like OpenAI and Anthropic, costs nothing, and misbehaves on request."""
