"""Trials: what other options or more epochs would bring to a network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from . import trial, weaker_penalties

if TYPE_CHECKING:
    from .evidence import Evidence


@dataclass(frozen=True, eq=False)
class Trials:
    """Trials on copies of the network, each made when it is first asked for."""

    evidence: Evidence

    @property
    def are_meaningful(self):
        """Whether a trial from here shows what an option would have brought."""
        evidence = self.evidence
        # On other samples, a trial would show what more samples bring.
        if evidence.are_others or evidence.record.is_untrained:
            return False
        constant = evidence.constant_loss
        return min(evidence.loss, evidence.training.loss) >= 0.1 * constant > 0

    @cached_property
    def longer(self):
        """The Trial of more epochs, at a constant learning rate."""
        evidence = self.evidence
        n_epochs, enough = evidence.network.n_iter_, 0.5 * evidence.loss
        # Where early stopping has judged otherwise, new samples must be the judge.
        fewest = 2 if evidence.training.is_held_back else trial.FEWEST_DIVIDED
        return trial.longer(evidence.problem, n_epochs, enough, fewest)

    @cached_property
    def slower(self):
        """The Trial of a few steps at a lower learning rate."""
        return trial.slower(self.evidence.problem)

    @cached_property
    def gain_by_auto_rate(self):
        """The fall of the relative loss at the rate of 'auto'."""
        return self._gain_at_auto_rate(self.evidence.problem)

    @cached_property
    def gain_by_auto(self):
        """The fall of the relative loss under the penalty of 'auto', too."""
        problem, penalty = self.evidence.problem, self.evidence.automatic.penalty
        objective = replace(problem.objective, **penalty._asdict())
        return self._gain_at_auto_rate(replace(problem, objective=objective))

    @property
    def gain_by_auto_alpha(self):
        """How much more the relative loss falls under the penalty of 'auto'."""
        return self.gain_by_auto - self.gain_by_auto_rate

    @cached_property
    def weaker_penalty(self):
        """The WeakerPenalty that does best on held-out samples, or None."""
        return weaker_penalties.better_on_held_out(self.evidence)

    @cached_property
    def penalty_to_learn(self):
        """The factor of 'auto' under which a refit learns the samples, or None."""
        return weaker_penalties.first_to_learn(self.evidence)

    def _gain_at_auto_rate(self, problem):
        result = trial.at_rate(problem, self.evidence.automatic.rate)
        return result.fall / self.evidence.constant_loss
