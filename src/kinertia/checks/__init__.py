"""One chain of checks, from cause to consequence, for every command."""
