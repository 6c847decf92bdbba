"""How the commands reach the API: where it is, who asks, and what a refusal means for the shell."""
