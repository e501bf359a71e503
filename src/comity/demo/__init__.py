"""The demonstration: two authorities play the main job on one machine.

It is a script over the operations that a user's commands call, at two nodes that run as processes
of their own; only the attempts of a program with stolen keys go past them.
"""

from comity.demo.play import run

__all__ = ["run"]
