"""
A client of a GraphQL server, in a process of its own: one request on standard input, its answer on standard output.

    echo '{"query": "{ __typename }"}' | python -m examples.client http://127.0.0.1:8000
"""

from __future__ import annotations

import json
import sys

import httpx

_SECONDS = 60.0


def main() -> None:
    """Ask the server that the first argument names; what it answers is written whatever it says."""
    request = json.load(sys.stdin)
    answer = httpx.post(f"{sys.argv[1]}/graphql", json=request, timeout=_SECONDS)
    sys.stdout.write(json.dumps(answer.json()))


if __name__ == "__main__":
    main()
