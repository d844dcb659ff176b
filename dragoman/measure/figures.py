"""Percentiles and rates."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` (0..1) of the values lie; None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float], digits: int = 3) -> dict[str, float | int | None]:
    """p50, p95 and the count, rounded."""
    p50, p95 = percentile(values, 0.5), percentile(values, 0.95)
    return {
        "p50": None if p50 is None else round(p50, digits),
        "p95": None if p95 is None else round(p95, digits),
        "count": len(values),
    }


def rate(times_s: Sequence[float]) -> float | None:
    """Events a second between the first and the last of rising times."""
    if len(times_s) < 2 or times_s[-1] <= times_s[0]:
        return None
    return (len(times_s) - 1) / (times_s[-1] - times_s[0])
