"""
Every benchmark once, small: they run, and their answers agree. The figures of so small a run mean nothing.
"""

from __future__ import annotations

import ingest
import point_in_time

if __name__ == "__main__":
    ingest.main(20_000)
    point_in_time.main(20_000, 5_000)
