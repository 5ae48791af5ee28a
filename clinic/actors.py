"""Who does something: a person, a machine acting for one, a patient behind a link, or the house. Never nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from clinic.capabilities import capabilities_of
from clinic.models import User


@dataclass(frozen=True)
class Actor:
    """Who acts. kind is `person`, `token`, `link` or `system`; the first two carry their user and roles.

    link: the id of the link, which the trail keeps in the place of the patient's name.
    only: the capabilities that a key was given; None is no limit. own_only: the clinic lets practitioners open the
    records of their own patients only (`visits.access`).
    """

    kind: str
    name: str
    user: User | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    only: frozenset[str] | None = None
    own_only: bool = False
    link: UUID | None = None

    @classmethod
    def of(cls, user: User, *, own_only: bool = False) -> Actor:
        return cls(kind="person", name=user.name, user=user, roles=user.roles, own_only=own_only)

    @classmethod
    def of_token(cls, user: User, *, name: str, only: Iterable[str]) -> Actor:
        """Return a machine acting for a person, with no more than both may."""
        return cls(kind="token", name=f"{name} ({user.name})"[:120], user=user, roles=user.roles, only=frozenset(only))

    @classmethod
    def of_link(cls, name: str, link: UUID) -> Actor:
        """Return somebody behind a link that was sent to them: the name of the patient, and the id of the link."""
        return cls(kind="link", name=name, link=link)

    @classmethod
    def system(cls, name: str) -> Actor:
        """Return the house acting by itself, as in `Actor.system("aftercare")`. It may do nothing that needs a role."""
        if not name:
            raise ValueError("the house acts under a name")
        return cls(kind="system", name=name)

    @property
    def id(self) -> str:
        return str(self.user.pk if self.user else self.link or self.name)

    @property
    def name_kept(self) -> str:
        """The name that the trail keeps for ever; it keeps none of a patient."""
        return "" if self.kind == "link" else self.name

    def without(self, capabilities: Iterable[str]) -> Actor:
        """Return the same with fewer capabilities, as somebody stands before a record that is closed to them."""
        granted = capabilities_of(self.roles) if self.only is None else self.only
        return replace(self, only=granted - frozenset(capabilities))

    def may(self, capability: str) -> bool:
        granted = capability in capabilities_of(self.roles)
        return granted and (self.only is None or capability in self.only)
