from __future__ import annotations

import pytest

from dispatch.channels.failures import KINDS, FailureKind, kind, kind_of_answer


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([21211, 21614, 30005, 30006], FailureKind.PERMANENT),
        ([21610], FailureKind.OPTED_OUT),
        ([30007], FailureKind.FILTERED),
        ([30001, 30003, 30008, 30036, 20429], FailureKind.TEMPORARY),
        ([20003, 21606, 30034], FailureKind.OURS),
        ([None, 99999], FailureKind.UNKNOWN),
    ],
)
def test_what_a_code_means(codes: list[int | None], expected: FailureKind) -> None:
    assert {kind(code) for code in codes} == {expected}


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, 21211, FailureKind.PERMANENT),
        (400, 99999, FailureKind.UNKNOWN),
        (401, 401, FailureKind.OURS),
        (403, None, FailureKind.OURS),
        (429, 429, FailureKind.TEMPORARY),
        (500, 500, FailureKind.TEMPORARY),
        (503, None, FailureKind.TEMPORARY),
        (302, None, FailureKind.UNKNOWN),
    ],
)
def test_what_an_answer_means_with_and_without_a_code(status: int, code: int | None, expected: FailureKind) -> None:
    assert kind_of_answer(status, code) is expected


def test_nothing_is_listed_as_unknown() -> None:
    assert FailureKind.UNKNOWN not in KINDS.values()
