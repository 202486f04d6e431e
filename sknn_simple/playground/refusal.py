"""Refusal: a request that the playground cannot fulfil, in words for its user."""


class Refusal(ValueError):  # noqa: N818 (it is no fault of the program)
    """An error with the name of the control that it is about."""

    def __init__(self, about, text):
        super().__init__(text)
        self.about = about

    def message(self):
        """Return the message to the page."""
        return {"type": "error", "about": self.about, "text": str(self)}
