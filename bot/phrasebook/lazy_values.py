"""Values that are looked up only when words need them: most messages need none."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

Group = tuple[Collection[str], Callable[[], Mapping[str, Any]]]


class LazyValues(Mapping[str, Any]):
    """Groups of names, each with what looks up all values of the group at its first use."""

    def __init__(self, *groups: Group) -> None:
        self._groups = groups
        self._found: dict[int, Mapping[str, Any]] = {}

    def __getitem__(self, name: str) -> Any:
        for number, (names, _) in enumerate(self._groups):
            if name in names:
                return self._looked_up(number)[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        for number in range(len(self._groups)):
            yield from self._looked_up(number)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _looked_up(self, number: int) -> Mapping[str, Any]:
        if number not in self._found:
            self._found[number] = self._groups[number][1]()
        return self._found[number]
