"""The commands, grouped as the help shows them."""
