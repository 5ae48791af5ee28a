"""Who does something: a named person, or the house itself with a name. Never nobody."""

from __future__ import annotations

from dataclasses import dataclass, field

from clinic.capabilities import capabilities_of
from clinic.models import User


@dataclass(frozen=True)
class Actor:
    """Who acts. kind is `person` or `system`; a person carries their user and roles."""

    kind: str
    name: str
    user: User | None = None
    roles: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, user: User) -> Actor:
        return cls(kind="person", name=user.name, user=user, roles=user.roles)

    @classmethod
    def system(cls, name: str) -> Actor:
        """Return the house acting by itself, as in `Actor.system("aftercare")`. It may do nothing that needs a role."""
        if not name:
            raise ValueError("the house acts under a name")
        return cls(kind="system", name=name)

    @property
    def id(self) -> str:
        return str(self.user.pk) if self.user else self.name

    def may(self, capability: str) -> bool:
        return capability in capabilities_of(self.roles)
