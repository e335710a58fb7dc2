"""Recurring requests: each row of a tab is a template, and each of its due dates makes one draft, in time."""
