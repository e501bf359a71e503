"""The groups of commands, in the order in which somebody needs them."""

from typing import Final

SET_UP: Final = "Set up"
HOLDINGS: Final = "Holdings"
AGREE: Final = "Agree"
MATCH: Final = "Match"
ASK: Final = "Ask and answer"
RECORD: Final = "Record"
COURIER: Final = "Courier"
RUN: Final = "Run"
