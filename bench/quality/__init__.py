"""How well records of two lists are matched that share no number."""
