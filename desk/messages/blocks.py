"""Plain words of a message as headings, lists and paragraphs, to be shown on a page or on paper."""

from __future__ import annotations

from dataclasses import dataclass

RULES = {"=": "title", "-": "heading"}


@dataclass(frozen=True)
class Block:
    """A piece of a message. kind: title, heading, bullets or text; lines: its words, one entry per line or bullet."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """Return a message's plain text in pieces: underlined lines are headings, lines after a dash are bullets."""
    return [_block(piece.splitlines()) for piece in text.split("\n\n") if piece.strip()]


def _block(lines: list[str]) -> Block:
    is_ruled = len(lines) == 2 and len(set(lines[1])) == 1 and lines[1][0] in RULES
    if is_ruled:
        return Block(RULES[lines[1][0]], (lines[0],))
    if all(line.startswith("- ") for line in lines):
        return Block("bullets", tuple(line[2:] for line in lines))
    return Block("text", tuple(lines))
