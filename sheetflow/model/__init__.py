"""What a payment request is: plain values, no I/O, no clock, no randomness."""
