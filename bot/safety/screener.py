"""Screen one message, and the last few together: lexicon or classifier, never only both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.domain.risk import Decision, Screening, Taxonomy, more_urgent
from bot.safety.classifier import Classifier
from bot.safety.language import LANGUAGES, LanguageSense
from bot.safety.lexicon import Hit, Lexicon, read_lexicon
from bot.safety.reading import read_yaml
from bot.safety.taxonomy import read_taxonomy

WINDOW_WORDS, WINDOW_STEP = 24, 12
"""A long message is also judged in pieces: one sentence of danger drowns in a page of other talk."""

MOST_WINDOWS = 40


@dataclass(frozen=True)
class Thresholds:
    """From which score of the classifier on; chosen on the validation split (bench/risk)."""

    alert: float
    ask: float
    seconded: float
    """From which score on a phrase that would only ask is an alert: two weak opinions are a strong one."""
    joined: float
    """From which score on several messages together are an alert; they are never only a doubt."""


@dataclass(frozen=True)
class Opinion:
    """What the classifier thinks of one text: how likely a risk is, and which."""

    score: float
    category: str


class Screener:
    """Everything that screening needs, in memory. It is shared by threads: nothing in it changes."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        lexicon: Lexicon,
        classifier: Classifier,
        languages: LanguageSense,
        thresholds: Thresholds,
    ) -> None:
        self.taxonomy = taxonomy
        self.lexicon = lexicon
        self.classifier = classifier
        self.languages = languages
        self.thresholds = thresholds

    def screen(self, text: str, earlier: Sequence[str] = ()) -> Screening:
        """Return what one message says, alone or after the messages before it.

        An empty text says nothing; voice notes and pictures go to a person elsewhere.
        """
        alone = self._screen(text)
        if not earlier or alone.decision is Decision.ALERT:
            return alone
        together = replace(self._screen(" ".join([*earlier, text])), joined=True)
        return together if self._is_sure(together) else alone

    def _is_sure(self, together: Screening) -> bool:
        """Messages that have nothing to do with each other make odd sentences: a doubt is none here."""
        by_lexicon = together.layer in ("lexicon", "both")
        is_likely = together.score >= self.thresholds.joined
        return together.decision is Decision.ALERT and (by_lexicon or is_likely)

    def _screen(self, text: str) -> Screening:
        if not any(c.isalnum() for c in text):
            return Screening(Decision.NONE)
        hits = self.lexicon.find(text)
        opinion = self.opinion(text)
        decision = self._decide(hits, opinion)
        if decision is Decision.NONE:
            return self._by_language(text, opinion)
        return self._named(decision, hits, opinion)

    def opinion(self, text: str) -> Opinion:
        """Return the classifier's opinion of the most worrying piece of a text."""
        likely = self.classifier.likely(_windows(text))
        return max((self._opinion(row) for row in likely), key=lambda o: o.score)

    def _opinion(self, likely: Mapping[str, float]) -> Opinion:
        risks = {code: likely.get(code, 0.0) for code in self.taxonomy.tiers}
        return Opinion(sum(risks.values()), max(risks, key=risks.__getitem__))

    def _decide(self, hits: Sequence[Hit], opinion: Opinion) -> Decision:
        if hits and opinion.score >= self.thresholds.seconded:
            return Decision.ALERT
        return max(self._by_lexicon(hits), self._by_score(opinion), key=_STRENGTH.__getitem__)

    def _by_lexicon(self, hits: Sequence[Hit]) -> Decision:
        decisions = (hit.phrase.decision for hit in hits)
        return max(decisions, key=_STRENGTH.__getitem__, default=Decision.NONE)

    def _by_score(self, opinion: Opinion) -> Decision:
        if opinion.score >= self.thresholds.alert:
            return Decision.ALERT
        return Decision.ASK if opinion.score >= self.thresholds.ask else Decision.NONE

    def _by_language(self, text: str, opinion: Opinion) -> Screening:
        """What nobody here can read goes to a person, never to "no risk"."""
        if self.languages.mayan(text):
            return Screening(Decision.ASK, layer="language", score=opinion.score)
        return Screening(Decision.NONE, score=opinion.score)

    def _named(self, decision: Decision, hits: Sequence[Hit], opinion: Opinion) -> Screening:
        """Name the category: the lexicon's most urgent one, else the classifier's."""
        strong = [h for h in hits if h.phrase.decision is decision] or list(hits)
        thinks_so = not strong or opinion.score >= self.thresholds.seconded
        categories = {h.phrase.category for h in strong} | (
            {opinion.category} if thinks_so else set()
        )
        tiers = [self.taxonomy.tiers[c] for c in categories]
        tier = tiers[0]
        for other in tiers[1:]:
            tier = more_urgent(tier, other)
        urgent = [c for c in categories if self.taxonomy.tiers[c] is tier]
        category = self._leading(urgent, opinion)
        layer = "both" if strong and thinks_so else "lexicon" if strong else "classifier"
        lines = tuple(dict.fromkeys(h.phrase.line for h in strong))
        return Screening(decision, category, tier, layer, opinion.score, found=lines)

    def _leading(self, urgent: Sequence[str], opinion: Opinion) -> str:
        """Return the category of several equally urgent ones that leads to the most people.

        Whoever fears the return because of a gang fears the return: the advocate is told as well.
        """
        if FEAR_OF_RETURN in urgent:
            return FEAR_OF_RETURN
        if opinion.category in urgent:
            return opinion.category
        return min(urgent, key=self.taxonomy.rank)


FEAR_OF_RETURN = "fear_of_return"
_STRENGTH = {Decision.NONE: 0, Decision.ASK: 1, Decision.ALERT: 2}


def _windows(text: str) -> list[str]:
    """Return the text and, if it is long, its pieces, each beginning in the middle of the one before."""
    words = text.split()
    if len(words) <= WINDOW_WORDS:
        return [text]
    starts = range(0, len(words) - WINDOW_STEP, WINDOW_STEP)
    pieces = [" ".join(words[start : start + WINDOW_WORDS]) for start in starts]
    return [text, *pieces[:MOST_WINDOWS]]


def read_screener(data: Path, model: Path) -> Screener:
    """Read the lexicon from `data` (data/risk) and what was trained from `model`."""
    thresholds = read_yaml(data / "thresholds.yml")
    return Screener(
        taxonomy=read_taxonomy(data / "taxonomy.yml"),
        lexicon=read_lexicon(data / "lexicon"),
        classifier=Classifier.load(model),
        languages=LanguageSense.load(model / LANGUAGES),
        thresholds=Thresholds(
            **{name: float(thresholds[name]) for name in ("alert", "ask", "seconded", "joined")}
        ),
    )
