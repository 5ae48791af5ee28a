from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from clinic.often import often


class Role(models.TextChoices):
    FRONT_DESK = "front_desk", _("Front desk")
    PRACTITIONER = "practitioner", _("Practitioner")
    PRESCRIBER = "prescriber", _("Prescriber")
    MANAGER = "manager", _("Manager")


class UserQuerySet(models.QuerySet["User"]):
    def practitioners(self) -> UserQuerySet:
        return self.filter(is_active=True, grants__role=Role.PRACTITIONER).distinct()


class Users(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, email: str) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person who works here. What they may do follows from their set of roles.

    board_look is how they last looked at the board: view, practitioner, row height, initials. registered_until: the
    last local day on which their registration or training allows them to treat; None for no end that is known.
    """

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("called"), max_length=60, help_text=_("As colleagues and patients say it."))
    max_depth_mm = models.DecimalField(
        _("deepest needling allowed, mm"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("2.50"),
        validators=[MinValueValidator(Decimal("0.10")), MaxValueValidator(Decimal("3.00"))],
    )
    registered_until = models.DateField(_("registered until"), null=True, blank=True)
    theme = models.CharField(
        max_length=8,
        default="system",
        choices=[("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    single_keys = models.BooleanField(_("single-key shortcuts"), default=True)
    board_look = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(_("works here"), default=True)

    objects = Users()
    known_roles: frozenset[str] | None = None  # where they were read with the person

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def roles(self) -> frozenset[str]:
        """The person's roles; prefetch `grants` where many people are listed."""
        if self.known_roles is not None:
            return self.known_roles
        if "grants" in getattr(self, "_prefetched_objects_cache", ()):
            return frozenset(grant.role for grant in self.grants.all())
        return frozenset(role for (role,) in _roles_of(self.pk))

    @property
    def initials(self) -> str:
        words = self.name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


class RoleGrant(models.Model):
    """One role of one person."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="role_granted_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


@often
def _roles_of(user: int) -> models.QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(user=user).values_list("role")
