"""Strongly connected components, without recursion (Tarjan's algorithm)."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

__all__ = ["circles", "components"]

N = TypeVar("N", bound=Hashable)


def components(graph: Mapping[N, Iterable[N]]) -> list[list[N]]:
    """Groups of nodes that reach each other, each after those it leads to; nodes outside of `graph` do not count."""
    order: dict[N, int] = {}
    low: dict[N, int] = {}
    stack: list[N] = []
    on_stack: set[N] = set()
    groups: list[list[N]] = []
    for root in graph:
        if root in order:
            continue
        work = [(root, iter([each for each in graph[root] if each in graph]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, following = work[-1]
            for other in following:
                if other not in order:
                    order[other] = low[other] = len(order)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter([each for each in graph[other] if each in graph])))
                    break
                if other in on_stack:
                    low[node] = min(low[node], order[other])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == order[node]:
                    group: list[N] = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        group.append(member)
                        if member == node:
                            break
                    groups.append(group)
    return groups


def circles(graph: Mapping[N, Collection[N]]) -> list[list[N]]:
    """The groups whose nodes lead back to themselves."""
    return [group for group in components(graph) if len(group) > 1 or group[0] in graph[group[0]]]
