"""The declared workflow: statuses, parties, transitions. `payments.TABLE` is the one table."""
