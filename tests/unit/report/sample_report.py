"""A synthetic but plausible dose report: four agents, five regions, one of unknown mass.

The numbers come from a one-compartment model with the chain solved by eigenvalues; they are made
to look right and carry no claim. Everything that a report may leave out is left out somewhere.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from alphatwin.report.fit_value import FitRecord, PointRecord, PriorRecord, RegionRecord
from alphatwin.report.published_value import PublishedDose
from alphatwin.report.uncertainty_value import Contribution, DoseUncertainty
from alphatwin.report.value import (
    AgentReport,
    Alternative,
    Assumption,
    Caution,
    Curve,
    DecayShare,
    DoseReport,
    Effect,
    Estimate,
    Inputs,
    PatientRecord,
    Program,
    RegionDose,
    SourceRecord,
    TableRecord,
    WeightedDose,
)

HOUR_S = 3600.0
MEV_J = 1.602176634e-13
HALF_LIFE_S = {
    "Lu-177": 6.647 * 24 * HOUR_S,
    "Ac-225": 10.0 * 24 * HOUR_S,
    "Fr-221": 294.0,
    "At-217": 0.0323,
    "Bi-213": 2735.4,
    "Po-213": 4.2e-6,
    "Tl-209": 129.7,
    "Pb-209": 11711.0,
    "Pb-212": 38304.0,
    "Bi-212": 3633.0,
    "Po-212": 2.99e-7,
    "Tl-208": 183.2,
}
# (share of parent decays, alpha, recoil, electron in MeV per decay)
ENERGY = {
    "Lu-177": (1.0, 0.0, 0.0, 0.147),
    "Ac-225": (1.0, 5.79, 0.104, 0.022),
    "Fr-221": (1.0, 6.30, 0.116, 0.010),
    "At-217": (1.0, 7.07, 0.133, 0.0),
    "Bi-213": (1.0, 0.126, 0.002, 0.441),
    "Po-213": (0.979, 8.38, 0.160, 0.0),
    "Tl-209": (0.021, 0.0, 0.0, 0.688),
    "Pb-209": (1.0, 0.0, 0.0, 0.198),
    "Pb-212": (1.0, 0.0, 0.0, 0.176),
    "Bi-212": (1.0, 2.17, 0.042, 0.505),
    "Po-212": (0.641, 8.78, 0.170, 0.0),
    "Tl-208": (0.359, 0.0, 0.0, 0.598),
}
CHAINS = {
    "Lu-177": ("Lu-177",),
    "Ac-225": ("Ac-225", "Fr-221", "At-217", "Bi-213", "Po-213", "Tl-209", "Pb-209"),
    "Bi-213": ("Bi-213", "Po-213", "Tl-209", "Pb-209"),
    "Pb-212": ("Pb-212", "Bi-212", "Po-212", "Tl-208"),
}
AGENTS = (
    ("177Lu-DOTATATE", "Lu-177", "DOTATATE", 7.2104e9),
    ("225Ac-DOTATATE", "Ac-225", "DOTATATE", 8.0e6),
    ("213Bi-DOTATOC", "Bi-213", "DOTATOC", 3.3e9),
    ("212Pb-DOTAMTATE", "Pb-212", "DOTAMTATE", 2.0e8),
)
# name, kind, mass in kg, share of the activity, biological half-life in h, relative SD, measured
REGIONS = (
    ("lesion 1", "lesion", 0.119, 0.026, 160.0, 0.30, True),
    ("lesion 2", "lesion", None, 0.0013, 190.0, 0.38, True),
    ("kidneys", "organ", 0.310, 0.045, 70.0, 0.45, False),
    ("spleen", "organ", 0.180, 0.030, 90.0, 0.50, False),
    ("red marrow", "organ", 1.120, 0.004, 60.0, 0.70, False),
)
# (kind of region, mean and sd in Gy/GBq, n, n_unit, source, status, is_basis)
PUBLISHED = (
    ("kidneys", 0.57, 0.09, 61, "patients", "Gupta et al., Journal 38 (2013) 1", "read", True),
    ("kidneys", 0.46, None, 56, "treatments", "Staanum et al., Journal 8 (2021) 7", "read", False),
    ("kidneys", 0.654, 0.7, None, "patients", "A label, table (A trial)", "recalled", False),
    ("lesion 1", 3.41, 0.68, 61, "patients", "A long title, Journal 3 (2016)", "read", False),
    ("lesion 2", 3.41, 0.68, 61, "patients", "A long title, Journal 3 (2016)", "read", False),
)
POINTS_S = (3.74 * HOUR_S, 27.73 * HOUR_S)
UPTAKE_PER_S = math.log(2) / (0.8 * HOUR_S)


def estimate(median: float, relative_sd: float) -> Estimate:
    """Return a lognormal estimate."""
    factor = math.exp(1.96 * math.sqrt(math.log1p(relative_sd**2)))
    return Estimate(median=median, low=median / factor, high=median * factor)


def _vector(time_s, *, share, biological_h):
    """Share of the administered vector in the region, without decay."""
    clearance = math.log(2) / (biological_h * HOUR_S)
    return share * (np.exp(-clearance * time_s) - np.exp(-UPTAKE_PER_S * time_s))


def _members_bq(nuclide, time_s, *, activity_bq, share, biological_h):
    """Activity of each member, daughters lagging by their own half-life (roughly)."""
    parent_rate = math.log(2) / HALF_LIFE_S[nuclide]
    vector = activity_bq * _vector(time_s, share=share, biological_h=biological_h)
    members, lag_s = {}, 0.0
    for member in CHAINS[nuclide]:
        if member != nuclide:
            lag_s += HALF_LIFE_S[member]
        build_up = -np.expm1(-time_s * math.log(2) / lag_s) if lag_s else 1.0
        members[member] = ENERGY[member][0] * vector * np.exp(-parent_rate * time_s) * build_up
    return members


def _curve(agent, region):
    _, nuclide, _, activity_bq = agent
    name, _, _, share, biological_h, sd, _ = region
    longest_s = 8 * min(HALF_LIFE_S[nuclide], biological_h * HOUR_S)
    time_s = np.concatenate(([0.0], np.geomspace(60.0, longest_s, 120)))
    members = _members_bq(
        nuclide, time_s, activity_bq=activity_bq, share=share, biological_h=biological_h
    )
    median = members[nuclide]
    factor = np.exp(1.96 * sd * np.sqrt(0.2 + (time_s / longest_s)) * 0.8)
    return Curve(
        region=name,
        time_s=tuple(time_s.tolist()),
        median_bq=tuple(median.tolist()),
        low_bq=tuple((median / factor).tolist()),
        high_bq=tuple((median * factor).tolist()),
        members_bq={k: tuple(v.tolist()) for k, v in members.items()},
    )


def _integrals(curve):
    time_s = np.array(curve.time_s)
    return {k: float(np.trapezoid(np.array(v), time_s)) for k, v in curve.members_bq.items()}


def _shares(curve):
    time_s = np.array(curve.time_s)
    shares = []
    for member, activity in curve.members_bq.items():
        fine_s = np.linspace(0.0, time_s[-1], 40001)
        fine = np.interp(fine_s, time_s, activity)
        cumulated = np.concatenate(([0.0], np.cumsum(0.5 * (fine[1:] + fine[:-1]))))
        before, until = np.interp(POINTS_S, fine_s, cumulated / cumulated[-1])
        shares.append(
            DecayShare(
                nuclide=member,
                before_first_point=float(before),
                between_points=float(until - before),
                after_last_point=float(1.0 - until),
                informed_by_data=bool(until - before >= 0.5),
            )
        )
    return tuple(shares)


def _region_dose(agent, region, curve, *, rbe_alpha=5.0, rbe_recoil=5.0):
    _, nuclide, _, activity_bq = agent
    name, _, mass_kg, _, _, sd, measured = region
    decays = _integrals(curve)
    common = {
        "region": name,
        "time_integrated_activity_bq_s": estimate(decays[nuclide], sd),
        "decays": decays,
        "decay_shares": _shares(curve) if measured else (),
        "photon_energy_not_deposited": 0.19 if nuclide == "Lu-177" else 0.03,
        "cross_dose_gy": None,
        "cross_dose_by_source_gy": {},
        "cross_dose_by_radiation_gy": {},
    }
    if mass_kg is None:
        return RegionDose(
            **common,
            absorbed_dose_gy=None,
            self_dose_gy=None,
            absorbed_dose_by_nuclide_gy={},
            absorbed_dose_by_radiation_gy={},
            absorbed_dose_per_activity_gy_per_bq=None,
            rbe_weighted=(),
        )
    by_nuclide, by_radiation = {}, {"alpha": 0.0, "recoil": 0.0, "electron": 0.0}
    for member, count in decays.items():
        # The decays of a member carry its branch already, so energy is per decay of the member.
        energies = dict(zip(by_radiation, ENERGY[member][1:], strict=True))
        by_nuclide[member] = count * sum(energies.values()) * MEV_J / mass_kg
        for radiation, energy_mev in energies.items():
            by_radiation[radiation] += count * energy_mev * MEV_J / mass_kg
    by_radiation = {k: v for k, v in by_radiation.items() if v > 0.0}
    total = sum(by_nuclide.values())
    weighted = (
        rbe_alpha * by_radiation.get("alpha", 0.0)
        + rbe_recoil * by_radiation.get("recoil", 0.0)
        + by_radiation["electron"]
    )
    sd = math.hypot(sd, 0.1)
    return RegionDose(
        **common,
        absorbed_dose_gy=estimate(total, sd),
        self_dose_gy=estimate(total, sd),
        absorbed_dose_by_nuclide_gy=by_nuclide,
        absorbed_dose_by_radiation_gy=by_radiation,
        absorbed_dose_per_activity_gy_per_bq=estimate(total / activity_bq, sd),
        rbe_weighted=(
            WeightedDose(rbe_alpha=1.0, rbe_recoil=1.0, rbe_weighted_dose_gy=estimate(total, sd)),
            WeightedDose(
                rbe_alpha=rbe_alpha,
                rbe_recoil=rbe_recoil,
                rbe_weighted_dose_gy=estimate(weighted, sd),
            ),
        ),
    )


def _published_doses(regions):
    return tuple(
        PublishedDose(
            region=region[0],
            mean_gy_per_bq=mean * 1e-9,
            sd_gy_per_bq=None if sd is None else sd * 1e-9,
            n=n,
            n_unit=n_unit,
            source=source,
            doi_or_url="https://doi.org/10.1000/example",
            status=status,
            is_basis=is_basis,
        )
        for region in regions
        for kind, mean, sd, n, n_unit, source, status, is_basis in PUBLISHED
        if region[0].startswith(kind)
    )


def _agent_report(agent, *, role, regions):
    name, nuclide, vector, activity_bq = agent
    curves = tuple(_curve(agent, region) for region in regions)
    return AgentReport(
        agent=name,
        role=role,
        administration="cycle 1",
        nuclide=nuclide,
        vector=vector,
        receptor_action="agonist",
        chain=CHAINS[nuclide],
        activity_bq=activity_bq,
        activity_from="course file" if role == "administered" else "published prescription",
        uptake_ratio=1.0,
        regions=tuple(_region_dose(agent, r, c) for r, c in zip(regions, curves, strict=True)),
        curves=curves,
        not_published=()
        if role == "administered"
        else (f"Kinetics of {name} in red marrow.", "Release of daughters in vivo."),
        published_doses=_published_doses(regions) if role == "administered" else (),
    )


def _point(time_s, fitted_bq, *, residual):
    measured_bq = fitted_bq * (1.0 + 0.1 * residual)
    return PointRecord(
        time_s=time_s,
        activity_bq=measured_bq,
        low_bq=measured_bq * 0.8,
        high_bq=measured_bq * 1.2,
        fitted=estimate(fitted_bq, 0.08),
        standardised_residual=residual,
        left_out_residual=1.4 * residual,
        integral_ratio=1.07,
        time_shift_s=None,
    )


def _region_record(region):
    name, kind, mass_kg, share, biological_h, sd, measured = region
    fitted = (
        AGENTS[0][3]
        * _members_bq(
            "Lu-177",
            np.array(POINTS_S),
            activity_bq=1.0,
            share=share,
            biological_h=biological_h,
        )["Lu-177"]
    )
    points = tuple(
        _point(t, float(a), residual=r)
        for t, a, r in zip(POINTS_S, fitted, (0.3, -0.4), strict=True)
    )
    prior = PriorRecord(
        parameter="effective_half_life_s (Lu-177)",
        median=79.0 * HOUR_S,
        geometric_sd=1.4,
        source="Population of 177Lu-DOTATATE lesions",
        status="recalled",
    )
    return RegionRecord(
        name=name,
        kind=kind,
        mass_kg=mass_kg,
        mass_relative_sd=0.1,
        kinetics="measured in this patient" if measured else "population",
        fit=FitRecord(
            administration="cycle 1",
            nuclide="Lu-177",
            model="uptake and clearance" if measured else "population",
            why="Both points lie on the rising part, so clearance comes from the prior."
            if measured
            else "Not measured; published population kinetics are used instead.",
            averaging="evidence" if measured else "none",
            model_weights={"clearance": 0.1, "uptake and clearance": 0.9} if measured else {},
            error_model="stated: as stated with the points" if measured else None,
            laplace_median_ratio=0.98 if measured else None,
            laplace_spread_ratio=1.02 if measured else None,
            points=points if measured else (),
            priors=(prior,),
            parameters={
                "uptake_fraction": estimate(share, sd),
                "effective_half_life_s": estimate(79.0 * HOUR_S, sd),
                "biological_rate_per_s": estimate(1.2e-6, sd),
                "uptake_half_time_s": estimate(0.8 * HOUR_S, 0.3),
            }
            if measured
            else {},
            effective_sample_size=4321.5 if measured else None,
        ),
    )


def _warnings():
    loud = (
        (
            "decays-before-first-point",
            "213Bi-DOTATOC, lesion 1",
            (
                "97 % of the decays of 213Bi lie before the first measured point at 3.74 h: this "
                "prediction is not informed by the data."
            ),
        ),
        (
            "points-on-the-rise",
            "lesion 1, lesion 2",
            (
                "Both measured points lie on the rising part of the curve: clearance comes from "
                "the population prior, not from this patient."
            ),
        ),
        (
            "population-kinetics",
            "kidneys, spleen, red marrow",
            (
                "Not measured in this patient; published population kinetics of 177Lu-DOTATATE are "
                "used instead."
            ),
        ),
    )
    quiet = (("photons-left-out", "177Lu-DOTATATE", "19 % of the emitted energy is photons."),)
    return tuple(
        Caution(code=code, loud=is_loud, where=where, message=message)
        for group, is_loud in ((loud, True), (quiet, False))
        for code, where, message in group
    )


def _assumptions(agents):
    predicted = agents[-1].agent
    effect = Effect(agent=predicted, region="lesion 1", quantity="rbe_weighted_dose_gy", ratio=0.62)
    absorbed = Effect(
        agent="225Ac-DOTATATE", region="kidneys", quantity="absorbed_dose_gy", ratio=0.71
    )
    return (
        Assumption(
            name="rbe.alpha",
            text="Relative biological effectiveness of alpha particles.",
            value="5",
            made_by="default",
            source="Sgouros et al., MIRD Pamphlet No. 22",
            status="recalled",
            alternatives=(Alternative(value="3", effects=(effect,)),),
        ),
        Assumption(
            name="daughters",
            text="Every daughter decays where its parent did.",
            value="decay in place",
            made_by="program",
            source="No measurement in humans is known to us.",
            status="choice",
            alternatives=(
                Alternative(
                    value="213Bi leaves and goes to the kidneys", effects=(absorbed, effect)
                ),
                Alternative(value="not computed", effects=()),
            ),
        ),
    )


def sample_report(*, regions=REGIONS, agents=AGENTS) -> DoseReport:
    """Return the synthetic report."""
    reports = tuple(
        _agent_report(agent, role="predicted" if i else "administered", regions=regions)
        for i, agent in enumerate(agents)
    )
    return DoseReport(
        schema=1,
        kind="dose",
        notice="For research use only. AlphaTwin is not a medical device; people decide.",
        program=Program(
            name="AlphaTwin",
            version="0.1.0",
            python="3.11.7",
            dependencies={"numpy": "2.4.6", "scipy": "1.18.1"},
        ),
        inputs=Inputs(
            course_title="NET patient after one cycle of 177Lu-DOTATATE",
            course_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            seed=1,
            samples=10_000,
            decay_data="icrp107",
            tables=(
                TableRecord(
                    name="icrp107",
                    title="Nuclear decay data for dosimetric calculations",
                    source="ICRP Publication 107",
                    doi_or_url="https://doi.org/10.1016/j.icrp.2008.10.004",
                    licence="not for profit",
                    sha256="60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                ),
            ),
        ),
        patient=PatientRecord(
            sex="unknown",
            weight_kg=93.0,
            height_m=None,
            renal_risk_factors=None,
            previous_therapies=(),
        ),
        regions=tuple(_region_record(region) for region in regions),
        agents=reports,
        assumptions=_assumptions(reports),
        warnings=_warnings(),
        sources=(
            SourceRecord(
                citation="Dewaraja Y. K., Van B. J., 2021, University of Michigan Deep Blue Data",
                doi_or_url="https://doi.org/10.7302/0n8e-rz46",
                status="read",
                used_for="Activity and volume of two lesions at two times.",
            ),
        ),
        uncertainty_contributions=_uncertainties(reports),
    )


def _uncertainties(reports):
    """Three sources for lesions, one for all else; none for a region of unknown mass."""
    rows = {
        True: (("counts and fit", 0.7), ("volume and mass", 0.28), ("calibration", 0.02)),
        False: (("published kinetics", 1.0),),
    }
    return tuple(
        DoseUncertainty(
            agent=agent.agent,
            administration=agent.administration,
            region=dose.region,
            quantity="absorbed_dose_gy",
            estimate=dose.absorbed_dose_gy,
            geometric_sd=1.4,
            contributions=tuple(
                Contribution(
                    source=source,
                    text=f"What {source} does",
                    first_order_share=share,
                    total_share=share,
                    first_order_sd=0.012,
                    total_sd=0.012,
                    dose_ratio_95=math.exp(1.96 * math.log(1.4) * math.sqrt(share)),
                )
                for source, share in rows["lesion" in dose.region]
            ),
        )
        for agent in reports
        for dose in agent.regions
        if dose.absorbed_dose_gy is not None
    )


def many_regions_report(count: int = 30) -> DoseReport:
    """Return a report of many regions, every one of the five kinds in turn."""
    return sample_report(
        regions=tuple(
            (f"{REGIONS[i % 5][0]} no. {i + 1}", *REGIONS[i % 5][1:]) for i in range(count)
        )
    )


def with_names(report: DoseReport, *, old: str, new: str) -> DoseReport:
    """Return the report with the name of one region exchanged everywhere."""

    def named(value, field):
        return replace(value, **{field: new}) if getattr(value, field) == old else value

    return replace(
        report,
        inputs=replace(report.inputs, course_title=new),
        regions=tuple(named(r, "name") for r in report.regions),
        agents=tuple(
            replace(
                a,
                regions=tuple(named(r, "region") for r in a.regions),
                curves=tuple(named(c, "region") for c in a.curves),
                published_doses=tuple(named(p, "region") for p in a.published_doses),
            )
            for a in report.agents
        ),
        uncertainty_contributions=tuple(
            named(u, "region") for u in report.uncertainty_contributions
        ),
    )
