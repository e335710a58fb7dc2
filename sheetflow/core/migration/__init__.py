"""What comes from another registry: its header found, its columns guessed, its rows judged one by one."""
