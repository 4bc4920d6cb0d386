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
    curve
        Name of the curve that these follow in time.
    dose
        Its dose.
    """

    source: str
    curve: str
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


@dataclass(frozen=True, slots=True, eq=False)
class Emitter:
    """Something in the body that may give to regions.

    Attributes
    ----------
    site
        Where it lies.
    decays
        (n_samples, n_nuclides) decays in it. [Bq s]
    curve
        Name of the curve that its decays follow in time, of those that an agent's answer knows.
    """

    site: Site
    decays: Floats
    curve: str


def emitters_of(
    course: Course, decays: Mapping[str, Floats], *, elsewhere: Mapping[str, Floats]
) -> tuple[Emitter, ...]:
    """Return where decays are, region by region and elsewhere, and how many.

    Where the whole body was measured and the rest of it is no region, the rest is what the whole
    body holds beside the regions, in the whole body's course of time; samples in which that is
    less than nothing count as none.

    Parameters
    ----------
    course
        The course.
    decays
        (n_samples, n_nuclides) decays by region. [Bq s]
    elsewhere
        Likewise, by compartment of a fate that is no region. [Bq s]
    """
    found = [Emitter(region_site(course, r), decays[r.name], r.name) for r in course.regions]
    whole = [r for r in course.regions if is_whole_body(r, course)]
    if len(whole) == 1 and not any(e.site.source == REST for e in found):
        name = whole[0].name
        parts = [n for region, n in decays.items() if region != name]
        rest = decays[name] - sum((*parts, *elsewhere.values()), np.zeros(1))
        found.append(Emitter(Site(REST_OF_WHOLE, REST, None), np.maximum(rest, 0.0), name))
    found.extend(Emitter(_elsewhere(name), n, name) for name, n in elsewhere.items() if n.any())
    return tuple(found)


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
        As in :func:`emitters_of`. [Bq s]
    members
        Nuclides, in the order of the columns.
    decay_data
        Decay-data set of the emissions.
    """
    emitters = emitters_of(course, decays, elsewhere=elsewhere)
    sites = tuple(e.site for e in emitters)
    if sum(s.source is not None or s.target is not None for s in sites) < 2:
        return {}
    given = {e.site.name: e for e in emitters}
    found: dict[str, list[Received]] = {}
    for pair, s_values in cross_s_values(sites, nuclides=members, decay_data=decay_data).items():
        target, source = pair
        # An S-value is the energy absorbed per decay, over a mass of 1 kg.
        deposit = Deposit(given[source].decays, s_values)
        dose = AbsorbedDose(members, (deposit,))
        found.setdefault(target, []).append(Received(source, given[source].curve, dose))
    return {target: tuple(rows) for target, rows in found.items()}
