"""
A client of a GraphQL server, in a process of its own: a request a line on standard input, its answer a line on
standard output.

    echo '{"query": "{ __typename }"}' | python -m examples.client http://127.0.0.1:8000
"""

from __future__ import annotations

import json
import sys

import httpx

_SECONDS = 60.0


def main() -> None:
    """Ask the server that the first argument names, and write what it answers, whatever it says."""
    with httpx.Client(base_url=sys.argv[1], timeout=_SECONDS) as client:
        for line in sys.stdin:
            answer = client.post("/graphql", json=json.loads(line))
            sys.stdout.write(json.dumps(answer.json()) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
