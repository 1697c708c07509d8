"""
The day that the demo asks about, a bad one, and the flight.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

AIRPORT = "JFK"
FLIGHT_ASKED = "DL435 2013-12-05 JFK"  # due to leave for San Francisco at 19:00
ASKED = datetime(2013, 12, 5, 22, tzinfo=UTC)  # 17:00 in New York
IN_THE_AIR = datetime(2013, 12, 6, 4, tzinfo=UTC)
LANDED = datetime(2013, 12, 6, 12, tzinfo=UTC)
LATE_MAX = 8

# The day is lived again from 3:00 to 21:00, and looked back upon at these instants.
HOURS = tuple(datetime(2013, 12, 5, 8, tzinfo=UTC) + timedelta(hours=hour) for hour in range(19))
KNOWN_AT = tuple(datetime(2013, 12, day, hour, tzinfo=UTC) for day, hour in ((5, 18), (6, 0), (6, 6), (8, 0)))
