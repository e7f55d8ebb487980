"""Failures that a person can mend: the sentence is the message, the type says what to do next."""


class AcompanaError(Exception):
    """Something was refused; the text is one plain sentence for the person who asked."""


class NotFound(AcompanaError):
    """Nothing with that id or name exists."""


class ContentError(AcompanaError):
    """A file under content/ is wrong; the sentence names the file and the entry."""


class JourneyError(AcompanaError):
    """The journey contradicts itself or holds an unknown fact."""


class SettingsError(AcompanaError):
    """A setting is missing or does not fit the mode."""
