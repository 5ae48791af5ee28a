"""Rules of the house that no ready-made linter knows; `python tools/house_rules.py` names each breach.

- No task is sent with an ETA or a countdown: what is due is a row, never a message in the broker.
- A rules.py is pure: no database, no clock, no task.
- A page holds no inline script, style or handler and loads nothing from elsewhere; mails may hold styles.
- Nothing is put off in a comment.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".venv", ".tools", "node_modules", "var", ".git"}
DELAYS = ("eta", "countdown")
IMPURE = ("django.db", "django.utils.timezone", "celery", "django.core.mail")
PUT_OFF = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.DOTALL)
IN_A_PAGE = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline style": re.compile(r"<[^>]*\sstyle=", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[:\w-]*)=", re.IGNORECASE),
    "something from elsewhere": re.compile(r"<(script|link|img|iframe)\b[^>]*\b(src|href)=.?https?:", re.IGNORECASE),
}

Breach = tuple[int, str]


def python_breaches(source: str, *, is_rules: bool) -> Iterator[Breach]:
    """Yield (line, what is wrong) for a Python source.

    is_rules: whether it is a rules.py, which must be pure.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in DELAYS:
                    yield node.lineno, f"{keyword.arg}= puts a delay into the broker"
        if isinstance(node, ast.Dict):
            for key in node.keys:
                if isinstance(key, ast.Constant) and key.value in DELAYS:
                    yield node.lineno, f"{key.value!r} puts a delay into the broker"
        if is_rules:
            yield from _impure(node)
    for number, line in enumerate(source.splitlines(), 1):
        if PUT_OFF.search(line):
            yield number, "work is put off in a comment"


def _impure(node: ast.AST) -> Iterator[Breach]:
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    for name in names:
        if any(name == bad or name.startswith(f"{bad}.") for bad in IMPURE):
            yield node.lineno, f"a rule imports {name}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("now", "today"):
        yield node.lineno, "a rule asks the clock"


def page_breaches(source: str) -> Iterator[Breach]:
    """Yield (line, what is wrong) for the template of a page."""
    text = COMMENT.sub(lambda found: "\n" * found.group().count("\n"), source)
    for words, pattern in IN_A_PAGE.items():
        for found in pattern.finditer(text):
            yield text.count("\n", 0, found.start()) + 1, f"the page holds {words}"


def breaches(root: Path) -> Iterator[str]:
    """Yield one line per breach in the Python sources and templates below a folder."""
    ours = [top for top in sorted(root.iterdir()) if top.name not in NOT_OURS]
    for path in (path for top in ours for path in [top, *sorted(top.rglob("*"))]):
        inside = path.relative_to(root)
        found: Iterator[Breach] = iter(())
        if path.suffix == ".py":
            found = python_breaches(path.read_text(encoding="utf-8"), is_rules=path.name == "rules.py")
        elif path.suffix == ".html" and inside.parts[0] == "templates" and "mail" not in inside.parts:
            found = page_breaches(path.read_text(encoding="utf-8"))
        for line, words in found:
            yield f"{inside}:{line}: {words}"


if __name__ == "__main__":
    lines = list(breaches(ROOT))
    print("\n".join(lines))
    sys.exit(bool(lines))
