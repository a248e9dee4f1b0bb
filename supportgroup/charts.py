"""Charts: numbers as a picture with words. `macros/chart.html` draws them.

A chart is bars, each made of parts that follow one another. What it shows is said in a sentence first, and its table
holds every number, so nobody depends on the picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One bar: its label, and how much of each part it has."""

    label: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Segment:
    """A piece of a bar as it is drawn: which part it is, where it starts and how long it is, in per cent."""

    part: int
    start: float
    length: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars of the same parts.

    `sentence` says what it shows, `caption` what its table holds, `heading` what the bars are.
    """

    sentence: str
    caption: str
    heading: str
    parts: tuple[str, ...]
    bars: tuple[Bar, ...]

    def segments(self, bar: Bar) -> Iterator[Segment]:
        """The pieces of a bar, one after another, without empty ones. The longest bar of the chart fills its width."""
        most = max(sum(each.values) for each in self.bars)
        start = 0
        for part, value in enumerate(bar.values):
            if value:
                yield Segment(part, round(100 * start / most, 2), round(100 * value / most, 2))
            start += value

    def words(self, bar: Bar) -> str:
        """The bar in words: `yes: 4 · no: 1`; nothing where it is empty."""
        said = zip(self.parts, bar.values, strict=True)
        return " · ".join(f"{part}: {value}" for part, value in said if value)
