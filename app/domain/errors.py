"""What the product refuses, each with the sentence one would say to the person."""


class DomainError(Exception):
    """A rule says no. ``field`` names the input it concerns, where there is one."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class Conflict(DomainError):
    """The state of things does not allow it; with another state it would be fine (409)."""


class Unprocessable(DomainError):
    """What was given names something that cannot be used (422)."""


class Stale(DomainError):
    """Somebody changed the same field since this form was made (409; If-Match: 412)."""
