"""Attention is a budget: what may interrupt somebody, what waits for a digest, who is asked next."""
