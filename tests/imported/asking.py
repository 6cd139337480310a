"""What the running program answers: who is in a segment, what each person is shown."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from program import Client, Program
from shop import Shown

READERS = 4
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Page:
    """The answer of one call: what each placement shows, and the unit that it was drawn by, where one is told."""

    shown: list[Shown]
    units: list[str | None]


class Asking:
    """Asks over several connections at once."""

    def __init__(self, program: Program, namespace: str):
        self.program = program
        self.namespace = namespace
        self.numbers: dict[str, str] = {}

    def segment(self, name: str) -> tuple[set[str], dict]:
        """Who is in a segment, and its last page, which says how many they are."""
        profiles, page = Client(self.program).members(name)
        unknown = sorted(set(profiles) - self.numbers.keys())
        self.numbers.update(self._each(unknown, lambda client, profile: client.customer(profile, self.namespace)))
        return {self.numbers[profile] for profile in profiles}, page

    def pages(self, people: Iterable[str], placements: list[str]) -> dict[str, Page]:
        """What each person is shown, with every experience that did not win."""

        def decide(client: Client, person: str) -> Page:
            asked = {"identifiers": {self.namespace: person}, "placements": placements, "explain": True}
            decisions = client.call("POST", "/v1/decide", asked)["decisions"]
            return Page([_shown(one) for one in decisions], [one["grounds"].get("unit") for one in decisions])

        return dict(self._each(sorted(people), decide))

    def _each(self, subjects: list[str], ask: Callable[[Client, str], Answer]) -> list[tuple[str, Answer]]:
        def share(number: int) -> list[tuple[str, Answer]]:
            client = Client(self.program)
            return [(subject, ask(client, subject)) for subject in subjects[number::READERS]]

        with ThreadPoolExecutor(READERS) as readers:
            return [answer for answers in readers.map(share, range(READERS)) for answer in answers]


def _shown(decision: dict) -> Shown:
    grounds = decision["grounds"]
    return Shown(
        experience=decision.get("experience"),
        variant=decision.get("variant"),
        reason=decision["reason"],
        contents=tuple(content["content"] for content in decision["contents"]),
        standing=grounds.get("standing"),
        memory=decision.get("memory"),
        points=grounds["points"],
        rejected=tuple((one["experience"], one["why"]) for one in grounds["rejected"]),
    )
