"""What the regions of a course, and the rest of the body, give to each other.

Who lies where is a matter of the course, what one decay gives a constant; the decays alone are
sampled, and the dose of a region is their product with the constants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from alphatwin.dose import AbsorbedDose, Deposit
from alphatwin.dose.cross_dose import REST, SKELETON, Site, cross_s_values, lesion_site, organ_site
from alphatwin.workflows.daughters import is_whole_body

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from alphatwin.patient import Course, DecayDataName, Region
    from alphatwin.workflows.daughters import DaughterModel

    Floats = NDArray[np.float64]

REST_OF_WHOLE: Final = "rest of the body"
"""Source that stands for what a measured whole body holds beside the regions."""
_SPREAD: Final = ("blood", "red_cells", "rest", "elsewhere")
_ON_BONE: Final = ("bone", "red_marrow")
REACHING: Final = ("electron", "photon")
"""Radiation types that leave a region."""


@dataclass(frozen=True, slots=True)
class Received:
    """What one region receives from decays elsewhere.

    Attributes
    ----------
    source
        Where the decays are: a region, or a part of the body that is none.
    dose
        Its dose.
    """

    source: str
    dose: AbsorbedDose

    @property
    def by_radiation_gy(self) -> Floats:
        """(n_samples, n_radiation_types) dose in Gy."""
        return self.dose.by_radiation_gy

    @property
    def total_gy(self) -> Floats:
        """(n_samples,) dose in Gy."""
        return self.dose.total_gy


def region_site(course: Course, region: Region) -> Site:
    """Return where a region lies in the phantom; the whole body lies nowhere.

    Parameters
    ----------
    course, region
        The course and one of its regions.

    Raises
    ------
    InvalidValueError
        If a lesion is within an organ that the phantom does not have.
    """
    if region.kind == "lesion":
        return lesion_site(region.name, within=region.within, mass_kg=region.mass_kg)
    if is_whole_body(region, course):
        return Site(region.name, None, None, region.mass_kg)
    return organ_site(region.name, aliases=(region.population_region,), mass_kg=region.mass_kg)


def sources_of(
    course: Course, decays: Mapping[str, Floats], *, elsewhere: Mapping[str, Floats]
) -> tuple[tuple[Site, ...], dict[str, Floats]]:
    """Return where decays are, region by region and elsewhere, and how many.

    Where the whole body was measured and the rest of it is no region, the rest is what the whole
    body holds beside the regions; samples in which that is less than nothing count as none.

    Parameters
    ----------
    course
        The course.
    decays
        (n_samples, n_nuclides) decays by region. [Bq s]
    elsewhere
        Likewise, by compartment of a fate that is no region. [Bq s]

    Returns
    -------
    tuple
        Sites of regions and other sources, and (n_samples, n_nuclides) decays of those that give.
    """
    sites = [region_site(course, region) for region in course.regions]
    given = {s.name: decays[s.name] for s in sites if s.source is not None}
    whole = [r for r in course.regions if is_whole_body(r, course)]
    if len(whole) == 1 and not any(s.source == REST for s in sites):
        parts = [n for name, n in decays.items() if name != whole[0].name]
        rest = decays[whole[0].name] - sum((*parts, *elsewhere.values()), np.zeros(1))
        sites.append(Site(REST_OF_WHOLE, REST, None))
        given[REST_OF_WHOLE] = np.maximum(rest, 0.0)
    for name, found in elsewhere.items():
        site = _elsewhere(name)
        if site.source is not None and found.any():
            sites.append(site)
            given[site.name] = found
    return tuple(sites), given


def _elsewhere(compartment: str) -> Site:
    """Return where a compartment of a fate lies: it gives, and no dose to it is asked for."""
    name = f"{compartment.replace('_', ' ')}, outside of the regions"
    if compartment in _SPREAD:
        return Site(name, REST, None)
    if compartment in _ON_BONE:
        return Site(name, SKELETON, None)
    return Site(name, organ_site(compartment).source, None)


def decays_elsewhere(
    model: DaughterModel | None, on_vector: Sequence[Floats], *, injected_bq: float
) -> dict[str, Floats]:
    """Return the decays in compartments of a fate that are no regions. (n_samples, m) [Bq s].

    Parameters
    ----------
    model
        The fate; ``None``: there are none.
    on_vector
        Decays on the vector of each root, (n_samples, n_regions). [Bq s]
    injected_bq
        Activity injected. [Bq]
    """
    if model is None:
        return {}
    return {
        name: model.response.decays(name, on_vector_decays=on_vector, injected_bq=injected_bq)
        for name in model.elsewhere
        if _elsewhere(name).source is not None
    }


def received_by(
    course: Course,
    decays: Mapping[str, Floats],
    *,
    members: tuple[str, ...],
    decay_data: DecayDataName,
    elsewhere: Mapping[str, Floats],
) -> dict[str, tuple[Received, ...]]:
    """Return what every region receives from elsewhere; regions that receive nothing are left out.

    Parameters
    ----------
    course
        The course.
    decays, elsewhere
        As in :func:`sources_of`. [Bq s]
    members
        Nuclides, in the order of the columns.
    decay_data
        Decay-data set of the emissions.
    """
    sites, given = sources_of(course, decays, elsewhere=elsewhere)
    if len(given) + sum(s.target is not None for s in sites) < 2:
        return {}
    pairs = cross_s_values(sites, nuclides=members, decay_data=decay_data)
    found: dict[str, list[Received]] = {}
    for (target, source), s_values in pairs.items():
        # Dose per decay in place of energy, so that the mass is that of the phantom: 1 kg of it.
        deposit = Deposit(given[source], s_values)
        found.setdefault(target, []).append(Received(source, AbsorbedDose(members, (deposit,))))
    return {target: tuple(rows) for target, rows in found.items()}
