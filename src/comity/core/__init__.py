"""The pure core: no I/O, no clock, no randomness. Time, random bytes and kernel are arguments."""
