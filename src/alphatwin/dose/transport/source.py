"""What is emitted, with which energies, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from alphatwin.errors import InvalidValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

ParticleName = Literal["electron", "positron", "photon"]


@dataclass(frozen=True, slots=True, eq=False)
class Emitted:
    """One kind of particle with its energies.

    Attributes
    ----------
    particle
        ``electron``, ``positron`` (with its annihilation) or ``photon``.
    energies_mev
        Lines, or the grid of a spectrum. (n,) [MeV]
    yields
        Particles per event of each line; of a spectrum the density, linear between points.
        (n,) [1] or [1/MeV]
    is_spectrum
        Whether the energies are the grid of a spectrum.
    group
        Index of the group of the tally, for instance of the nuclide.
    """

    particle: ParticleName
    energies_mev: NDArray[np.float64]
    yields: NDArray[np.float64]
    is_spectrum: bool = False
    group: int = 0

    def __post_init__(self) -> None:
        energies, yields = self.energies_mev, self.yields
        if self.particle not in ("electron", "positron", "photon"):
            msg = f"particle must be electron, positron or photon, got {self.particle!r}"
            raise InvalidValueError(msg)
        if energies.ndim != 1 or energies.shape != yields.shape or energies.size == 0:
            msg = f"energies_mev and yields must be (n,), got {energies.shape} and {yields.shape}"
            raise InvalidValueError(msg)
        if not (np.all(energies >= 0.0) and np.all(np.isfinite(energies)) and energies.max() < 10):
            msg = f"energies_mev must be 0 to 10 MeV, got {energies.min():g} to {energies.max():g}"
            raise InvalidValueError(msg)
        if not (np.all(yields >= 0.0) and np.all(np.isfinite(yields)) and yields.sum() > 0.0):
            msg = f"yields must be >= 0 and not all 0, got {yields.min():g} to {yields.max():g}"
            raise InvalidValueError(msg)
        if self.group < 0:
            msg = f"group must be at least 0, got {self.group}"
            raise InvalidValueError(msg)


def line(particle: ParticleName, *, energy_mev: float, group: int = 0) -> Emitted:
    """Return one particle of one energy per event.

    Parameters
    ----------
    particle
        ``electron``, ``positron`` or ``photon``.
    energy_mev
        Kinetic energy. [MeV]
    group
        Index of the group of the tally.
    """
    return Emitted(particle, np.array([float(energy_mev)]), np.array([1.0]), group=group)


@dataclass(frozen=True, slots=True)
class Point:
    """A point. [cm]."""

    x_cm: float = 0.0
    y_cm: float = 0.0
    z_cm: float = 0.0


@dataclass(frozen=True, slots=True)
class InShell:
    """Uniform in volume between two radii about the origin. [cm]."""

    outer_cm: float
    inner_cm: float = 0.0


@dataclass(frozen=True, slots=True)
class InRegion:
    """Uniform in volume over a region, by rejection in a box.

    Attributes
    ----------
    region
        Index of the region of the tally.
    low_cm, high_cm
        Corners of a box around the region. [cm]
    """

    region: int
    low_cm: tuple[float, float, float]
    high_cm: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class VoxelMap:
    """Proportional to a map over the voxels of the geometry (any scale), uniform within a voxel."""

    activity_share: NDArray[np.float64]

    def __post_init__(self) -> None:
        values = self.activity_share
        if not (np.all(values >= 0.0) and np.all(np.isfinite(values)) and values.sum() > 0.0):
            msg = (
                "the source map must be finite, >= 0 and not all 0, got "
                f"{values.min():g} to {values.max():g}"
            )
            raise InvalidValueError(msg)


Place = Point | InShell | InRegion | VoxelMap


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Everything that one event (a decay) emits, and where.

    Attributes
    ----------
    emitted
        Kinds of particles with their energies and yields per event.
    place
        The law of position.
    sampling
        ``number``: particles are drawn by their yields; ``energy``: by their share of the emitted
        energy and weighted, so that many soft ones do not take the histories. Both are unbiased.
    """

    emitted: tuple[Emitted, ...]
    place: Place
    sampling: Literal["number", "energy"] = "number"

    def __post_init__(self) -> None:
        if not self.emitted:
            msg = "a source must emit something, got no Emitted"
            raise InvalidValueError(msg)
        if self.sampling not in ("number", "energy"):
            msg = f"sampling must be number or energy, got {self.sampling!r}"
            raise InvalidValueError(msg)

    @property
    def n_groups(self) -> int:
        """Number of groups of the tally."""
        return 1 + max(e.group for e in self.emitted)
