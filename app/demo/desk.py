"""Who is there to help at a moment, and to which team a ticket goes."""

from random import Random

from app.demo.company import TEAMS, Company, Helper, Team


class Desk:
    def __init__(self, company: Company) -> None:
        self.company = company
        self.lead = company.helpers[0]
        self._by_skill: dict[str, list[Helper]] = {}

    def helper(self, rng: Random, category: str, at: int) -> Helper:
        """Mostly somebody who knows about it; for what is private nobody else."""
        knowing = self._knowing(category)
        only = team_of(category).is_private or rng.random() < 0.75
        chosen = rng.choice(knowing if only else self._generalists())
        return chosen if chosen.since <= at else self.lead

    def colleague(self, rng: Random, helper: Helper, category: str, at: int) -> Helper | None:
        """Somebody else who could have it too."""
        private = team_of(category).is_private
        chosen = rng.choice(self._knowing(category) if private else self._generalists())
        return chosen if chosen is not helper and chosen.since <= at else None

    def wrong_team(self, rng: Random, category: str, at: int) -> tuple[Team, Helper] | None:
        """Where a ticket of this category may go astray, and who notices."""
        others = [team for team in TEAMS if not team.is_private and category not in team.categories]
        team = rng.choice(others)
        helper = rng.choice([h for h in self.company.helpers if h.is_in(team)])
        return (team, helper) if helper.since <= at and helper is not self.lead else None

    def _knowing(self, category: str) -> list[Helper]:
        if category not in self._by_skill:
            self._by_skill[category] = [h for h in self.company.helpers if category in h.knows]
        return self._by_skill[category]

    def _generalists(self) -> list[Helper]:
        if "" not in self._by_skill:
            private = [team for team in TEAMS if team.is_private]
            self._by_skill[""] = [
                h for h in self.company.helpers if not any(h.is_in(team) for team in private)
            ]
        return self._by_skill[""]


def team_of(category: str) -> Team:
    return next(team for team in TEAMS if category in team.categories)
