"""How contents are kept, destroyed and taken back."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "answer.destroyed": "destroyed",
    "did.record.rotate": "put all contents under a new wrap key",
    "did.recall.destroyed": "destroyed what a peer took back",
    "label.destroyed": "destroyed since",
    "say.rotated": "Contents are under wrap key {number}; destroyed so far: {destroyed}.",
    "say.wrap-lost": "The file of wrap key {number} is gone; what is under it cannot be opened.",
}
