"""
The parts of a formula: what stands under a node, and which quantities it mentions.
"""

from __future__ import annotations

from learning.worlds.syntax import Call, Choice, Comparison, Name, Negative, Node, Number, Operation


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly under `node`, from left to right."""
    match node:
        case Number() | Name():
            return ()
        case Negative(operand):
            return (operand,)
        case Operation(_, left, right) | Comparison(_, left, right):
            return left, right
        case Choice(condition, then, otherwise):
            return condition, then, otherwise
        case Call(_, arguments):
            return arguments


def names(node: Node) -> frozenset[str]:
    """The quantities that `node` mentions."""
    if isinstance(node, Name):
        return frozenset({node.name})
    return frozenset().union(*(names(child) for child in children(node)))
