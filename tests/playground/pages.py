"""What the tests of the playground share: a page that talks to a session."""

import json

from sknn_simple.playground.session import Session


class Page:
    """Sends messages to a session, and keeps the last answer of each type."""

    def __init__(self, **session):
        self.session = Session(**session)
        self.last = {}
        self.tell("hello")

    def tell(self, kind, **fields):
        """Send a message, and return the answers, which must be JSON."""
        message = json.loads(json.dumps({"type": kind, **fields}))
        answers = json.loads(json.dumps(self.session.handle(message), allow_nan=False))
        self.last |= {answer["type"]: answer for answer in answers}
        return answers

    def set(self, **settings):
        """Change settings, which must be allowed."""
        answers = self.tell("set", settings=settings)
        assert answers[0]["type"] == "state", answers
        return answers

    def run(self, count=1, unit="epoch"):
        """Train until there is nothing left to do, and return the last frame."""
        self.tell("step", count=count, unit=unit)
        while self.last["frame"]["playing"]:
            self.tell("ready")
        return self.last["frame"]

    def cure(self, kind):
        """Apply the cure of a finding as its button does, and return it."""
        cure = self.findings[kind]["cure"]
        self.tell("cure", settings=cure["changes"])
        return cure

    def error(self, kind, **fields):
        """Send a bad message, and return the text of its only answer."""
        before = self.snapshot()
        [answer] = self.tell(kind, **fields)
        assert answer["type"] == "error"
        assert self.snapshot() == before
        return answer["text"]

    def snapshot(self):
        """Return the state of the session, to compare."""
        session = self.session
        network = session.training.network
        return (
            session.settings,
            session.to_do,
            session.lesson,
            list(session.training.journal),
            [part.tolist() for part in (*network.coefs_, *network.intercepts_)],
            {name: id(table) for name, table in session.tables.items()},
        )

    @property
    def findings(self):
        """The findings of the last diagnosis by their kinds."""
        return {f["kind"]: f for f in self.last["diagnosis"]["findings"]}

    @property
    def network(self):
        return self.session.training.network

    @property
    def script(self):
        return self.tell("script")[0]["text"]
