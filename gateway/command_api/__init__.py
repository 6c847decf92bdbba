"""The command API: turns what a person or script asks for into intents, and waits for the authority's answer."""
