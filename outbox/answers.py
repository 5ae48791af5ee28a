"""What was answered to a mail, by a mail server or by a provider in its stead."""

from __future__ import annotations

from dataclasses import dataclass

from outbox.rules import Stage


@dataclass(frozen=True)
class Answer:
    """The mail server's last words. code: three digits, None when it said nothing; stage: how far we had come."""

    stage: Stage
    code: int | None
    words: str

    def __str__(self) -> str:
        return f"{self.code or ''} {self.words}".strip()[:250]

    @property
    def is_yes(self) -> bool:
        return self.stage == Stage.CONTENT and self.code is not None and 200 <= self.code < 300
