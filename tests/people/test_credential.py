"""When a credential counts: the day a pick is judged by and the stretch of time a coverage page is drawn by are one
rule, to the midnight; and what no waiver gives back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.credential import STATUSES, Credential, valid_windows, why_not_waived, why_void

PLACE = ZoneInfo("America/New_York")
#: The clocks go forward on the 8th.
DAYS = [date(2026, 3, 6) + timedelta(days=n) for n in range(6)]
FIRST, LAST = DAYS[1], DAYS[3]
NIGHT = frozenset({"night"})

LICENCES = {
    "always": Credential("VA", "LMHP"),
    "from its first day": Credential("VA", "LMHP", issued=FIRST),
    "until its last day": Credential("VA", "LMHP", expires=LAST),
    "between the two": Credential("VA", "LMHP", issued=FIRST, expires=LAST),
    "for one day": Credential("VA", "LMHP", issued=FIRST, expires=FIRST),
    "over before it began": Credential("VA", "LMHP", issued=LAST, expires=FIRST),
    "another state's": Credential("MD", "LMHP", issued=FIRST, expires=LAST),
    "another team's": Credential("VA", "LMHP", only_for=NIGHT),
    "this team's": Credential("VA", "LMHP", only_for=frozenset({"default", "night"})),
    **{status: Credential("VA", "LMHP", status=status) for status in STATUSES},
}


@pytest.mark.parametrize("licence", LICENCES.values(), ids=LICENCES)
def test_a_stretch_says_of_each_moment_what_the_day_says(licence: Credential) -> None:
    windows = valid_windows(licence, "VA", "default", PLACE)
    for day in DAYS:
        counts = why_void(licence, "VA", "default", day) is None
        midnight = datetime(day.year, day.month, day.day, tzinfo=PLACE).astimezone(UTC)
        tomorrow = day + timedelta(days=1)
        end = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PLACE).astimezone(UTC)
        for moment in (midnight, midnight + timedelta(hours=12), end - timedelta(microseconds=1)):
            assert any(window.start <= moment < window.end for window in windows) == counts, (day, moment)


@pytest.mark.parametrize(
    ("licence", "days"),
    [
        ("always", "yyyyyy"),
        ("from its first day", "-yyyyy"),
        ("until its last day", "yyyy--"),
        ("between the two", "-yyy--"),
        ("for one day", "-y----"),
        ("over before it began", "------"),
        ("another state's", "------"),
        ("another team's", "------"),
        ("this team's", "yyyyyy"),
        ("active", "yyyyyy"),
        *((status, "------") for status in STATUSES if status != "active"),
    ],
)
def test_it_counts_on_these_days(licence: str, days: str) -> None:
    found = ["-" if why_void(LICENCES[licence], "VA", "default", day) else "y" for day in DAYS]
    assert "".join(found) == days


@pytest.mark.parametrize(
    ("licences", "why"),
    [
        ([], "no credential at all"),
        ([Credential("VA", "LMHP", status="expired")], None),
        ([Credential("VA", "LMHP", status="pending")], None),
        ([Credential("MD", "LMHP")], None),
        *(
            ([Credential("VA", "LMHP"), Credential("MD", "LPC", status=taken)], f"MD LPC is {taken}")
            for taken in ("suspended", "revoked", "surrendered")
        ),
        ([Credential("VA", "QMHP", only_for=NIGHT)], "restricted to another employer"),
        ([Credential("VA", "QMHP", only_for=NIGHT), Credential("VA", "LMHP", status="expired")], None),
        ([Credential("VA", "QMHP", only_for=frozenset({"default"}), status="expired")], None),
    ],
)
def test_a_waiver_covers_what_has_lapsed_and_gives_nothing_back(licences: list[Credential], why: str | None) -> None:
    said = why_not_waived(licences, "default")
    assert said is None if why is None else said is not None and why in said
