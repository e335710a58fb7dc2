"""The bank's part in the registry: what goes to it in a file, and what comes back in a statement."""
