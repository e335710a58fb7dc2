"""The law: what a pass decides, without any I/O, clock or randomness."""
