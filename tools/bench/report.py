"""The figures as tables: milliseconds, multiples of the one-row view, and how they grow with the clinic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TARGETS_MS = {  # p95 at 100,000 visits on PostgreSQL
    "free times: a day of one": 15,
    "free times: a month of one": 40,
    "free times: a day of any": 60,
    "day board": 50,
    "week of all": 120,
    "booking, eight clients": 80,
    "recall of a lot": 200,
}
QUERIES_AT_MOST = {"recall of a lot": 4}
TARGETS_MULTIPLE = {  # of the one-row view's p95 in the same run
    "free times: a day of one": 4,
    "free times: a month of one": 9,
    "free times: a day of any": 14,
    "day board": 11,
    "week of all": 27,
}
TARGETS_PER_SECOND = {"booking, one client": 80, "booking, eight clients": 150}
GROWTH_AT_MOST = 1.3
IDLE_MS, CLAIMED, MAILS = 5, 10_000, 200  # how messages leave out of a table of a million
HEAD = f"{'':<28}{'median ms':>10}{'p95 ms':>9}{'x one row':>11}{'queries':>9}{'KB':>8}{'a second':>10}"


def tables(runs: list[dict[str, Any]]) -> str:
    """Return one table for each run, then how the medians grew, then what the targets say."""
    return "\n".join(
        line for part in (*map(_table, runs), _sending(runs), _growth(runs), _verdicts(runs)) for line in part
    )


def _table(run: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{run['engine']}, {run['visits']:,} visits (seeded in {run['seeded_s']} s)"
    yield HEAD
    row = _by_name(run)["one row"]["p95_ms"]
    for one in run["figures"]:
        queries = "" if one["queries"] is None else one["queries"]
        speed = "" if one["per_second"] is None else one["per_second"]
        size = one["kilobytes"] or ""
        yield (
            f"{one['name']:<28}{one['median_ms']:>10.1f}{one['p95_ms']:>9.1f}{one['p95_ms'] / row:>11.1f}"
            f"{queries:>9}{size:>8}{speed:>10}"
        )
        if set(one["statuses"]) - {"201", 201}:
            yield f"    answered: {one['statuses']}"


def _sending(runs: list[dict[str, Any]]) -> Iterator[str]:
    """Yield how fast messages leave: targets on PostgreSQL."""
    for run in runs:
        if not (found := run.get("sending")):
            continue
        yield ""
        yield f"{run['engine']}: messages leave out of a table of {found['rows']:,}"
        idle, claimed, mails = found["idle"]["p95_ms"], found["claim"]["per_second"], found["mails_per_second"]
        yield f"{'a sweep of nothing due':<28}{idle:>10.1f} ms p95, target {IDLE_MS:>4}   {_word(idle < IDLE_MS)}"
        yield f"{'claimed and marked':<28}{claimed:>10,.0f} a second, target {CLAIMED:,}   {_word(claimed >= CLAIMED)}"
        yield f"{'mails, two workers':<28}{mails:>10.0f} a second, target {MAILS:>3}   {_word(mails >= MAILS)}"


def _growth(runs: list[dict[str, Any]]) -> Iterator[str]:
    for engine in dict.fromkeys(run["engine"] for run in runs):
        own = sorted((run for run in runs if run["engine"] == engine), key=lambda run: run["visits"])
        if len(own) < 2:
            continue
        yield ""
        first, last = own[0]["visits"], own[-1]["visits"]
        yield f"{engine}: median at {last:,} visits against {first:,} (at most {GROWTH_AT_MOST})"
        small, large = _by_name(own[0]), _by_name(own[-1])
        for name in large:
            yield f"{name:<28}{large[name]['median_ms'] / small[name]['median_ms']:>10.2f}"


def _verdicts(runs: list[dict[str, Any]]) -> Iterator[str]:
    largest = max((run for run in runs if run["engine"] == "postgres"), key=lambda run: run["visits"], default=None)
    if largest is None or largest["visits"] < 100_000:
        return
    found = _by_name(largest)
    row = found["one row"]["p95_ms"]
    yield ""
    yield "targets at 100,000 visits on PostgreSQL"
    for name, most in TARGETS_MS.items():
        p95 = found[name]["p95_ms"]
        yield f"{name:<28}{p95:>10.1f} ms p95, target {most:>4}   {_word(p95 <= most)}"
    for name, most in QUERIES_AT_MOST.items():
        count = found[name]["queries"]
        yield f"{name:<28}{count:>10} queries, target {most:>4}  {_word(count <= most)}"
    for name, most in TARGETS_MULTIPLE.items():
        times = found[name]["p95_ms"] / row
        yield f"{name:<28}{times:>10.1f} x one row, target {most:>3}   {_word(times <= most)}"
    for name, least in TARGETS_PER_SECOND.items():
        speed = found[name]["per_second"]
        yield f"{name:<28}{speed:>10.1f} a second, target {least:>3}   {_word(speed >= least)}"


def _word(is_met: bool) -> str:
    return "met" if is_met else "missed"


def _by_name(run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in run["figures"]}
