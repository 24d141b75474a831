"""When a step fails, another takes back what came before it; and some of it runs in any case.

A hotel is booked after the flight. If that fails, the flight is cancelled, which takes the failure, and
the days are not planned. However it ends, the traveller is told (`on="any"`), with what there is to
tell (`or_else`). So the failure is handled: the run ends well.
"""

from foretell import Failure, Grow, failure_of, many, or_else, task, workflow


@task
def book_flight(city: str) -> str:
    return f"flight to {city}"


@task
def book_hotel(city: str) -> str:
    if city == "Atlantis":
        raise ValueError("no hotel is under water")
    return f"hotel in {city}"


@task
def cancel_flight(flight: str, why: Failure) -> str:
    return f"no {flight}, because of {why.node}: {why.error}"


@task
def plan_day(number: int) -> str:
    return f"day {number}: a museum"


class Days(Grow):
    day = many(plan_day, at_least=1, at_most=3)


@task(grows=Days)
def plan_days(grow: Days, hotel: str, nights: int) -> list[str]:
    return [grow.day(night) for night in range(1, nights + 1)]


@task
def tell(city: str, news: str = "all is well") -> str:
    return f"letter about {city}: {news}"


@workflow
def compensation(city: str = "Rome", nights: int = 2) -> str:
    flight = book_flight(city)
    hotel = book_hotel.after(flight)(city)
    cancelled = cancel_flight(flight, failure_of(hotel))
    days = plan_days(hotel, nights)
    return tell.after(days, on="any")(city, or_else(cancelled, "all is well"))
