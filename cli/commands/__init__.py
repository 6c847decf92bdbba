"""One module a command of `kt`; each is imported only when it is called."""
