"""Reference pages of policy files: made of the option models and of what the linter says, so that they stay true."""
