"""The region at a point among solids given by equations: here ellipsoids.

A row of ``primitives`` is: region, centre (3) [cm], half axes (3) [cm]; the first row that holds
the point decides, so inner solids stand before those around them.
"""

from __future__ import annotations

from alphatwin.dose.transport.compiling import compiled


@compiled
def region_at(x, y, z, primitives):  # type: ignore[no-untyped-def]
    """Return the region at a point [cm], or -1 outside of all solids."""
    for row in range(primitives.shape[0]):
        a = (x - primitives[row, 1]) / primitives[row, 4]
        b = (y - primitives[row, 2]) / primitives[row, 5]
        c = (z - primitives[row, 3]) / primitives[row, 6]
        if a * a + b * b + c * c <= 1.0:
            return int(primitives[row, 0])
    return -1
