"""The soak: two serving nodes that are killed at every step of the walk, again and again.

python -m soak     kills KILLS times (1,000), as SEED says, and checks what became of it all
"""
