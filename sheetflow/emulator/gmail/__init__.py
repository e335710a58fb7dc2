"""Gmail v1: mailboxes that send to each other, with those habits of Google's that matter to programs."""
