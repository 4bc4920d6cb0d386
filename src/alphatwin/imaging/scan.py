r"""One series of images as its headers describe it, before anything is believed.

SUV by body weight of a concentration :math:`c` [Bq/mL] is

.. math:: \mathrm{SUV_{bw}} = c \, \frac{m}{A_0 \, d}

with body mass :math:`m` [g], administered activity :math:`A_0` at injection [Bq], and :math:`d`
the decay from injection to the time that the concentration is stated for, 1 if that is the
injection itself (DICOM PS3.3, C.8.9.1; the vendor-neutral formula of the quantitative imaging
biomarkers alliance).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from alphatwin.geometry import Grid

DecayConvention = Literal["none", "start", "administration", "unknown"]
Units = Literal["bq_per_ml", "suvbw_g_per_ml", "counts", "hounsfield", "other", "unknown"]


@dataclass(frozen=True, slots=True)
class Tracer:
    """What the headers say was injected.

    Attributes
    ----------
    name
        Radiopharmaceutical as stated, None if it is not.
    nuclide
        Canonical name, None if no code and no text of the header names a known nuclide.
    nuclide_text
        What the header says: code, scheme and meaning.
    code_is_standard
        Whether the nuclide was named by a code of a published scheme.
    half_life_s
        Half-life as stated. [s]
    administered_bq
        Activity as stated. [Bq]
    injection_date_known
        Whether the date of injection is stated, not the hour alone.
    """

    name: str | None
    nuclide: str | None
    nuclide_text: str | None
    code_is_standard: bool
    half_life_s: float | None
    administered_bq: float | None
    injection_date_known: bool


@dataclass(frozen=True, slots=True, eq=False)
class ScanSeries:
    """A series of images, sorted, as its headers describe it.

    Attributes
    ----------
    number
        Which series of the folder, from 1, in order of time.
    modality
        As stored: PT, NM, CT, RTSTRUCT, SEG, RWV.
    is_tomographic
        Whether it is a volume on a grid.
    n_images
        Files, or frames of one file.
    tracer
        None for images without one.
    time_since_injection_s
        From injection to the start of the acquisition, None if either is unknown. [s]
    reference_since_injection_s
        From injection to the time that START refers to: that of the series. [s]
    duration_s
        Of one frame. [s]
    study_day_differs
        Whether the date of the study is not that of the acquisition.
    units, decay_convention
        What the values are, and what time they are stated for.
    says_decay_corrected
        Whether the list of corrections names decay.
    decay_factors
        Least and greatest factor by which values were multiplied, None if not stated.
    mid_slice_since_reference_s
        From the series time to the middle of the acquisition of the slices that have the least and
        the greatest factor. [s]
    body_mass_kg, height_m, sex
        As stated, None if not.
    frame
        Frame of reference, numbered from 1 over the folder; None if not stated.
    grid
        Where the voxels lie; None if not a volume.
    activity_in_view_bq
        Sum of concentration times volume, as stored; None unless the units are Bq/mL. [Bq]
    problems
        What keeps the series from being a volume: gaps, duplicates, mixed sizes.
    """

    number: int
    modality: str
    is_tomographic: bool
    n_images: int
    tracer: Tracer | None
    time_since_injection_s: float | None
    reference_since_injection_s: float | None
    duration_s: float | None
    study_day_differs: bool
    units: Units
    decay_convention: DecayConvention
    says_decay_corrected: bool
    decay_factors: tuple[float, float] | None
    mid_slice_since_reference_s: tuple[float, float] | None
    body_mass_kg: float | None
    height_m: float | None
    sex: str | None
    frame: int | None
    grid: Grid | None
    activity_in_view_bq: float | None
    problems: tuple[str, ...] = ()

    def decay_since_injection(
        self, *, half_life_s: float, convention: DecayConvention
    ) -> float | None:
        """Return the decay from injection to the time that the values are stated for.

        Parameters
        ----------
        half_life_s
            Half-life of the nuclide. [s]
        convention
            What time the values are stated for; ``none`` takes the middle of the acquisition.

        Returns
        -------
        float or None
            1 for values stated at injection; None if a time is not known or before it.
        """
        if convention == "administration":
            return 1.0
        since_s = self.reference_since_injection_s
        if convention == "none" and self.time_since_injection_s is not None:
            since_s = self.time_since_injection_s + 0.5 * (self.duration_s or 0.0)
        if since_s is None or since_s < 0.0 or convention == "unknown":
            return None
        return math.exp(-math.log(2.0) * since_s / half_life_s)

    def suvbw_factor_g_per_bq(
        self, *, half_life_s: float, convention: DecayConvention
    ) -> float | None:
        """Return what makes SUV of a concentration; module docstring. [g/Bq].

        Parameters
        ----------
        half_life_s
            Half-life of the nuclide. [s]
        convention
            What time the concentration is stated for.
        """
        if self.tracer is None or not self.tracer.administered_bq or not self.body_mass_kg:
            return None
        decay = self.decay_since_injection(half_life_s=half_life_s, convention=convention)
        if decay is None:
            return None
        return self.body_mass_kg * 1e3 / (self.tracer.administered_bq * decay)
