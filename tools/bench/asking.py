"""Asking a server and timing it: one client after another, or eight at once, each on a line of its own."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

WARM_UP = 3


@dataclass
class Line:
    """One connection to the server, kept open."""

    host: str
    headers: dict[str, str]

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def ask(self, method: str, path: str, body: Any = None, **more: str) -> tuple[int, bytes, http.client.HTTPMessage]:
        """Return status, bytes and headers of one answer."""
        headers = self.headers | more
        payload = None
        if body is not None:
            payload, headers = json.dumps(body), headers | {"Content-Type": "application/json"}
        self.connection.request(method, path, payload, headers)
        response = self.connection.getresponse()
        return response.status, response.read(), response.headers


@dataclass(frozen=True)
class Figure:
    """What one kind of request took. median_ms, p95_ms: of one answer; per_second: where it was driven flat out."""

    name: str
    count: int
    median_ms: float
    p95_ms: float
    queries: int | None = None
    kilobytes: float = 0.0
    per_second: float | None = None
    statuses: dict[int, int] = field(default_factory=dict)


def figure(name: str, times: Sequence[float], **more: Any) -> Figure:
    """Return the figure of a run of times in seconds."""
    ordered = sorted(times)
    return Figure(
        name=name,
        count=len(ordered),
        median_ms=round(ordered[len(ordered) // 2] * 1000, 2),
        p95_ms=round(ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)] * 1000, 2),
        **more,
    )


def one_after_another(name: str, line: Line, paths: Sequence[str], *, want: int = 200) -> Figure:
    """Return what these pages take one by one. Raises RuntimeError for an answer that is not as wanted."""
    _status, body, headers = line.ask("GET", paths[0], **{"X-Count": "1"})
    queries = int(headers.get("X-Queries", -1))
    for path in paths[:WARM_UP]:
        line.ask("GET", path)
    times = []
    for path in paths:
        began = time.perf_counter()
        status, _body, _headers = line.ask("GET", path)
        times.append(time.perf_counter() - began)
        if status != want:
            raise RuntimeError(f"{path} answered {status}")
    return figure(name, times, queries=queries, kilobytes=round(len(body) / 1024, 1))


def at_once(name: str, lines: Sequence[Line], bodies: Iterable[dict[str, Any]], path: str) -> Figure:
    """Return what posting these bodies takes when every line posts its share at the same time."""
    shares: list[list[dict[str, Any]]] = [[] for _line in lines]
    for number, body in enumerate(bodies):
        shares[number % len(lines)].append(body)
    times: list[float] = []
    statuses: dict[int, int] = {}
    lock, start = threading.Lock(), threading.Barrier(len(lines) + 1)

    def post(line: Line, share: list[dict[str, Any]]) -> None:
        start.wait()
        for body in share:
            began = time.perf_counter()
            status, _body, _headers = line.ask("POST", path, body)
            took = time.perf_counter() - began
            with lock:
                times.append(took)
                statuses[status] = statuses.get(status, 0) + 1

    threads = [threading.Thread(target=post, args=pair) for pair in zip(lines, shares, strict=True)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    return figure(name, times, per_second=round(len(times) / took, 1), statuses=statuses)


def until(answers: Callable[[], bool], seconds: float) -> bool:
    """Return whether something came true in time."""
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        if answers():
            return True
        time.sleep(0.05)
    return False
