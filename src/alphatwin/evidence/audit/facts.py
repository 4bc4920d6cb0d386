"""What sources say against what is known: receptors, emissions, half-lives, thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphatwin.agents import agent
from alphatwin.errors import AlphaTwinError, DataError
from alphatwin.evidence.amounts import decimals
from alphatwin.evidence.audit.finding import AuditFinding, Severity, found
from alphatwin.evidence.types import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alphatwin.evidence.outcomes import Claim
    from alphatwin.evidence.record import Record

HALF_LIFE_FRACTION = 0.005  # by which decay-data sets differ, beside the digits printed
LEAST_YIELD_FRACTION = 0.01  # of decays, for a photon line that can be imaged
LINE_KEV = 1.0  # by which a printed line may miss, beside its digits


def audit_facts(record: Record) -> Iterator[AuditFinding]:
    """Yield the claims of a record that what is known contradicts."""
    for i, claim in enumerate(record.claims):
        path = f"claims[{i}]"
        if claim.kind == "receptor action":
            yield from _receptor(record, path, claim)
        elif claim.kind == "emitter class":
            yield from _emitter(record, path, claim)
        elif claim.kind == "half-life":
            yield from _half_life(record, path, claim)
        elif claim.kind == "photon energy":
            yield from _photon(record, path, claim)


def _receptor(record: Record, path: str, claim: Claim) -> Iterator[AuditFinding]:
    try:
        known = agent(claim.subject)
    except DataError:
        return
    if known.action != claim.stated:
        yield found(
            record,
            f"{path}.stated",
            "receptor_action",
            place=claim.place,
            stated=f"{claim.subject} an {claim.stated}",
            computed=f"{known.vector}: {known.action}",
            suggestion="agonists are taken into the cell, antagonists stay outside: do not mix",
        )


def emitter_class(name: str) -> tuple[str, float, float]:
    """Return what a nuclide is, and the alpha energy of it and of its chain.

    Parameters
    ----------
    name
        Nuclide.

    Returns
    -------
    kind, own, chain
        ``alpha emitter``, ``beta emitter`` or ``auger emitter`` by the kind of charged particle
        that carries most energy per decay of the nuclide itself, and the mean alpha energy per
        decay of the nuclide and of its whole chain. [MeV]
    """
    from alphatwin.nuclides import decay_chain, energy_per_decay_mev

    own = energy_per_decay_mev(name)
    kinds = {
        "alpha emitter": own.alpha,
        "beta emitter": own.beta,
        "auger emitter": own.auger + own.conversion,
    }
    try:
        chain = decay_chain(name).energy_per_parent_decay_mev().alpha
    except AlphaTwinError:
        chain = own.alpha
    return max(kinds, key=lambda kind: kinds[kind]), own.alpha, chain


def _emitter(record: Record, path: str, claim: Claim) -> Iterator[AuditFinding]:
    try:
        kind, own, chain = emitter_class(claim.subject)
    except DataError:
        return
    is_generator = own < 0.5 * chain
    if claim.stated == kind or (claim.stated == "in vivo generator" and is_generator):
        return
    severity: Severity = "warning"
    computed = f"{claim.subject} itself is a {kind}"
    suggestion = f"call it a {kind}"
    if claim.stated == "alpha emitter" and chain > 0.0:
        severity = "note" if own > 0.0 else "warning"
        computed += f": alphas {own:.3g} MeV per decay, with its daughters {chain:.3g} MeV"
        suggestion = (
            "call it a generator of alpha emitters: the daughters emit, and may be elsewhere"
        )
    yield found(
        record,
        f"{path}.stated",
        "emitter_class",
        place=claim.place,
        severity=severity,
        stated=f"{claim.subject}: {claim.stated}",
        computed=computed,
        suggestion=suggestion,
    )


def _half_life(record: Record, path: str, claim: Claim) -> Iterator[AuditFinding]:
    from alphatwin.nuclides import nuclide

    assert claim.value is not None
    try:
        half_life_s = nuclide(claim.subject).half_life_s
        stated_s = float(claim.value.base())
    except AlphaTwinError:
        return
    unit_s = stated_s / float(claim.value.value)
    slack_s = 0.5 * 10.0 ** -decimals(claim.value.value) * unit_s
    if abs(stated_s - half_life_s) > slack_s + HALF_LIFE_FRACTION * stated_s:
        yield found(
            record,
            f"{path}.value",
            "half_life",
            place=claim.place,
            stated=f"{claim.subject}: {claim.value.text()}",
            computed=f"{half_life_s / unit_s:.4g} {claim.value.unit}",
            suggestion="see whether another nuclide is meant",
        )


def _photon(record: Record, path: str, claim: Claim) -> Iterator[AuditFinding]:
    from alphatwin.nuclides import emissions

    assert claim.value is not None
    try:
        photons = emissions(claim.subject).by_kind["photon"]
    except (AlphaTwinError, KeyError):
        return
    seen = photons.yields_per_decay >= LEAST_YIELD_FRACTION
    energies = [1e3 * float(energy_mev) for energy_mev in photons.energies_mev[seen]]
    slack = 0.5 * 10.0 ** -decimals(claim.value.value) + LINE_KEV
    wanted = float(claim.value.value)
    if not any(abs(energy - wanted) <= slack for energy in energies):
        near = sorted(energies, key=lambda energy: abs(energy - wanted))[:3]
        yield found(
            record,
            f"{path}.value",
            "photon_energy",
            place=claim.place,
            stated=f"{claim.subject}: {claim.value.text()}",
            computed=f"nearest lines {', '.join(f'{energy:.1f}' for energy in near) or 'none'} keV",
            suggestion="see whether a daughter or another nuclide is meant",
        )


def audit_claims(records: Sequence[Record]) -> Iterator[AuditFinding]:
    """Yield questions that are answered in more than one way, one finding for each."""
    answers: dict[tuple[str, str], list[tuple[Record, str, Claim]]] = {}
    for record in records:
        for i, claim in enumerate(record.claims):
            if claim.kind in {"threshold", "statement"}:
                key = (claim.kind, claim.subject.casefold())
                answers.setdefault(key, []).append((record, f"claims[{i}]", claim))
    for (kind, _), given in answers.items():
        given.sort(key=lambda row: row[2].place.source != REVIEW)  # what the review says, first
        texts = {_answer(claim).casefold(): _answer(claim) for _, _, claim in given}
        if len(texts) < 2:
            continue
        record, path, first = given[0]
        where = (f"{c.place.source} {c.place.where} of {r.id}" for r, _, c in given)
        yield found(
            record,
            path,
            "thresholds_agree" if kind == "threshold" else "statements_agree",
            place=first.place,
            severity="warning",
            stated=f"{first.subject}: {_answer(first)}",
            computed=" | ".join(list(texts.values())[1:]),
            suggestion=f"see {', '.join(where)}",
        )


def _answer(claim: Claim) -> str:
    return claim.stated if claim.value is None else claim.value.text()
