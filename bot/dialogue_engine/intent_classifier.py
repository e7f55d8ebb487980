"""The intent classifier as a Rasa component: examples in, ranked intents out."""

import inspect
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue_engine import intent_model, ngrams, spelling
from bot.dialogue_engine.intent_model import IntentModel, Settings
from bot.dialogue_engine.sentence_encoder import SentenceEncoderFeaturizer

NOT_READABLE = {"name": "out_of_scope", "confidence": 0.0}
"""The answer to nothing, to pictures only and to a script that no example uses."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SpellingAndMeaningClassifier(IntentClassifier, GraphComponent):
    """Ranks all intents by how a message is spelled and by what it means."""

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[IntentModel] = None,
    ) -> None:
        self._settings = Settings(**{name: config[name] for name in self.get_default_config()})
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SpellingAndMeaningClassifier":
        """Create a classifier that has learned nothing yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SpellingAndMeaningClassifier":
        """Read a trained classifier; a missing one is an error, not an empty classifier."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(folder))

    @classmethod
    def required_components(cls) -> List[Type]:
        """Name what must come before: the meaning is read from its vectors."""
        return [SentenceEncoderFeaturizer]

    @staticmethod
    def required_packages() -> List[Text]:
        """Name the packages whose version decides whether a trained model is still good."""
        return ["sklearn"]

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """Train again when the code that learns changes: Rasa itself looks at this class only."""
        return "".join(inspect.getsource(module) for module in (intent_model, ngrams, spelling))

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the settings that were chosen on validation examples (bench/nlu/RESULTS.md)."""
        return {
            "spelling_c": 20.0,
            "meaning_c": 20.0,
            "spelling_weight": 0.85,
            "meaning_weight": 0.55,
        }

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all readable examples and store the result."""
        known = [m for m in training_data.intent_examples if _vector(m) is not None]
        self._model = IntentModel.learn(
            [m.get(TEXT) for m in known],
            np.stack([_vector(m) for m in known]),
            [m.get(INTENT) for m in known],
            self._settings,
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent and the ranking of each message."""
        for message in messages:
            ranking = self._rank(message)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _rank(self, message: Message) -> List[Dict[Text, Any]]:
        vector = _vector(message)
        if vector is None or self._model is None:
            return [dict(NOT_READABLE)]
        found = self._model.probabilities(message.get(TEXT), vector, self._settings)
        return [
            {"name": self._model.intents[i], "confidence": float(found[i])}
            for i in np.argsort(-found)
        ]


def _vector(message: Message) -> Optional[np.ndarray]:
    """Return the sentence vector of a readable message, None of any other."""
    if not spelling.is_readable(message.get(TEXT) or ""):
        return None
    _, sentence = message.get_dense_features(TEXT)
    return None if sentence is None else sentence.features[0]
