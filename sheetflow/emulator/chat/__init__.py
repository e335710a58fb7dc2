"""Chat v1: spaces that webhooks post to, and their messages."""
