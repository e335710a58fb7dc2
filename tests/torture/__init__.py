"""What is done to the product on purpose: kills, faults, crowds, attacks; and what came of it."""
