"""Tasks v1: task lists and tasks, each person's own."""
