"""What the play says has happened, checked one by one. It fails where one of them has not."""

from dataclasses import dataclass

from comity.demo.screen import Screen


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is said to have happened."""

    name: str
    text: str
    held: bool


class Claims:
    """Collects claims as they are made, and shows each."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.made: list[Claim] = []

    def check(self, name: str, held: bool, /, **params: str | int) -> bool:
        """Claim what the text `claim.<name>` says; return whether it holds."""
        claim = Claim(name, self._screen.text(f"claim.{name}", **params), held)
        self.made.append(claim)
        self._screen.claim(claim.text, held=held)
        return held

    @property
    def failures(self) -> list[Claim]:
        """The claims that do not hold."""
        return [claim for claim in self.made if not claim.held]
