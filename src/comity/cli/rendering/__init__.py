"""How results look on a terminal. Each function takes the screen and one result."""
