"""Courses made in Python for the tests of the workflows."""

from __future__ import annotations

from alphatwin.patient import (
    Administration,
    Assumptions,
    Course,
    MeasuredQuantity,
    Measurement,
    Patient,
    Point,
    Prediction,
    Region,
    UptakeFactor,
)

HOUR_S = 3600.0


def region(name="lesion", *, mass_kg=0.1, kinetics="measured", population="tumour", **changes):
    values = {
        "kind": "lesion" if population == "tumour" else "organ",
        "mass_relative_sd": 0.1,
        "density_g_per_ml": 1.04,
        "kinetics": kinetics,
        "population_region": population,
    }
    return Region(name=name, mass_kg=mass_kg, **(values | changes))


def measurement(
    name="lesion",
    *,
    hours=(4.0, 24.0, 96.0),
    values=(1.2e8, 1.6e8, 0.8e8),
    quantity=MeasuredQuantity.ACTIVITY_BQ,
    relative_sd=0.1,
    corrected_to_s=None,
    nuclide="Lu-177",
    administration="cycle 1",
):
    points = tuple(
        Point(time_s=h * HOUR_S, value=v, relative_sd=relative_sd)
        for h, v in zip(hours, values, strict=True)
    )
    return Measurement(
        region=name,
        administration=administration,
        nuclide=nuclide,
        quantity=quantity,
        decay_corrected_to_s=corrected_to_s,
        points=points,
    )


def course(
    *,
    regions=None,
    measurements=None,
    predictions=(),
    activity_bq=7.4e9,
    agent="177Lu-DOTATATE",
    imaging=None,
    **assumed,
):
    return Course(
        title="a course of the tests",
        patient=Patient(sex="unknown", weight_kg=80.0),
        regions=regions or (region(),),
        administrations=(Administration("cycle 1", agent, activity_bq),),
        measurements=(measurement(),) if measurements is None else measurements,
        predictions=predictions,
        assumptions=Assumptions(**({"samples": 2_000} | assumed)),
        imaging=imaging,
    )


AC_DOTATATE = Prediction("225Ac-DOTATATE", activity_bq=8e6)
PB_DOTAMTATE = Prediction(
    "212Pb-DOTAMTATE", factors=(UptakeFactor("uptake_ratio", 1.0, relative_sd=0.3),)
)
