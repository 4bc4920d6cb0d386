"""Networks against 60-digit arithmetic: an outside truth that shares no code with the solver.

The reference writes every flow of atoms into one matrix by plain loops, takes its exponential (or
inverse) with mpmath at 60 digits, and reads decays and activities from it.
"""

from __future__ import annotations

import dataclasses

import mpmath
import numpy as np
import pytest

from alphatwin.kinetics.network import FreeElement, Network, free_element, network, transfers
from alphatwin.kinetics.network_solution import activities_bq, cumulated_decays
from alphatwin.kinetics.network_sources import BoundCurves, Sources
from alphatwin.nuclides import decay_chain

DIGITS = 60
Key = tuple[str | int, ...]
Table = list[list[mpmath.mpf]]
LEAST_SHARE = 1e-20
"""Entries below this share of the largest are not asked for."""
EXACT_ALL_TIME = 1e-13
"""All time: sums of products of positive numbers, a few hundred round-offs of 1e-16 long."""
EXACT_IN_TIME = 1e-13
"""Finite times: measured 4e-15; round-off that doubled with the step would be 1e-11 after 17 of
the 47 doublings of the real chain, so this fails without the restored column sums."""


class Reference:
    """The flows of a network in 60 digits; one sample, curves without negative phases."""

    def __init__(self, net: Network, sources: Sources) -> None:
        self.net, self.sources = net, sources
        self.rows: dict[Key, int] = {}
        self.flow: dict[tuple[int, int], mpmath.mpf] = {}
        self.loss: dict[int, mpmath.mpf] = {}
        self.start: dict[int, mpmath.mpf] = {}
        chain = net.chain
        self.decay = [mpmath.mpf(float(x)) for x in chain.decay_constants_per_s]
        for form in ("bound", "held", "free"):
            for c in range(len(net.compartments)):
                for j in range(len(chain.nuclides)):
                    self.rows[form, c, j] = len(self.rows)
        for curves in sources.curves:
            self._add_curve(curves)
        for form, given in (("free", sources.free_bq), ("bound", sources.bound_bq)):
            for name, activity in given.items():
                j = chain.index(name)
                for c in range(len(net.compartments)):
                    key = self.rows[form, c, j]
                    self.start[key] = mpmath.mpf(float(activity[c])) / self.decay[j]
        for key, row in list(self.rows.items()):
            if key[0] != "curve":
                self._add_atoms(*key[:3], row)

    def _add_curve(self, curves: BoundCurves) -> None:
        j = self.net.chain.index(curves.nuclide)
        freed = mpmath.mpf(float(self.sources.dechelation_per_s.get(curves.nuclide, 0.0)))
        for c in range(curves.amplitude_bq.shape[0]):
            for p in range(curves.amplitude_bq.shape[1]):
                rate = mpmath.mpf(float(curves.rate_per_s[c, p]))
                row = self.rows["curve", c, j, p] = len(self.rows)
                # one unit of the state is one becquerel: what it makes is not taken from it
                self.start[row] = mpmath.mpf(float(curves.amplitude_bq[c, p]))
                self.loss[row] = rate
                self._make(row, "bound", c, j, mpmath.mpf(1))
                self._set_free(row, c, j, freed / self.decay[j])

    def _add_atoms(self, form: str, c: int, j: int, row: int) -> None:
        net, name = self.net, self.net.chain.nuclides[j]
        self.loss[row] = self.loss.get(row, mpmath.mpf(0)) + self.decay[j]
        self._make(row, form, c, j, self.decay[j])
        if form == "held":
            return
        kinetics = net.vector if form == "bound" else net.elements[name.split("-")[0]]
        self.loss[row] += mpmath.mpf(float(kinetics.excretion_per_s[c]))
        for i in range(len(net.compartments)):
            rate = mpmath.mpf(float(kinetics.transfer_per_s[i, c]))
            self.loss[row] += rate
            self._flow(self.rows[form, i, j], row, rate)
        if form == "bound" and name in self.sources.dechelation_per_s:
            rate = mpmath.mpf(float(self.sources.dechelation_per_s[name]))
            self.loss[row] += rate
            self._set_free(row, c, j, rate)

    def _flow(self, target: int, source: int, rate: mpmath.mpf) -> None:
        self.flow[target, source] = self.flow.get((target, source), mpmath.mpf(0)) + rate

    def _make(self, row: int, form: str, c: int, j: int, rate: mpmath.mpf) -> None:
        chain = self.net.chain
        for i, daughter in enumerate(chain.nuclides):
            made = rate * mpmath.mpf(float(chain.branching[i, j]))
            if made == 0:
                continue
            if form == "bound":
                leaves = mpmath.mpf(float(self.net.escape[chain.nuclides[j], daughter]))
                self._flow(self.rows["bound", c, i], row, made * (1 - leaves))
                self._set_free(row, c, i, made * leaves)
            elif form == "held":
                self._share(row, c, i, made, mpmath.mpf(1))
            else:
                self._let_go(row, c, i, made, from_free=True)

    def _set_free(self, row: int, c: int, i: int, rate: mpmath.mpf) -> None:
        self._share(row, c, i, rate, mpmath.mpf(float(self.net.internalised[c])))

    def _share(self, row: int, c: int, i: int, rate: mpmath.mpf, inside: mpmath.mpf) -> None:
        element = self.net.elements[self.net.chain.nuclides[i].split("-")[0]]
        kept = inside * mpmath.mpf(float(element.retention[c]))
        self._flow(self.rows["held", c, i], row, rate * kept)
        self._let_go(row, c, i, rate * (1 - kept), from_free=False)

    def _let_go(self, row: int, c: int, i: int, rate: mpmath.mpf, *, from_free: bool) -> None:
        element = self.net.elements[self.net.chain.nuclides[i].split("-")[0]]
        if element.landing is None:
            self._flow(self.rows["free", c, i], row, rate)
            return
        kept = mpmath.mpf(float(element.retention[c])) if from_free else mpmath.mpf(0)
        self._flow(self.rows["free", c, i], row, rate * kept)
        for k, share in enumerate(element.landing.tolist()):
            self._flow(self.rows["free", k, i], row, rate * (1 - kept) * mpmath.mpf(share))

    def _matrix(self) -> tuple[mpmath.matrix, mpmath.matrix, list[Key]]:
        seen = {r for r, v in self.start.items() if v}
        while more := {t for (t, s), v in self.flow.items() if s in seen and v} - seen:
            seen |= more
        keys = [key for key, row in self.rows.items() if row in seen]
        place = {self.rows[key]: i for i, key in enumerate(keys)}
        matrix, start = mpmath.zeros(len(keys)), mpmath.zeros(len(keys), 1)
        for (target, source), rate in self.flow.items():
            if source in place and rate:
                matrix[place[target], place[source]] += rate
        for row, i in place.items():
            matrix[i, i] -= self.loss[row]
            start[i] = self.start.get(row, mpmath.mpf(0))
        return matrix, start, keys

    def at(self, time_s: float) -> tuple[Table, Table]:
        """Return activities at a time, and decays until then; infinite times too."""
        matrix, start, keys = self._matrix()
        content = mpmath.zeros(matrix.rows, 1)
        if time_s < np.inf:
            content = mpmath.expm(matrix * mpmath.mpf(time_s), method="taylor") * start
        integral = mpmath.lu_solve(matrix, content - start)
        return self.table(keys, content), self.table(keys, integral)

    def table(self, keys: list[Key], content: mpmath.matrix) -> Table:
        """Return activities or decays (n, m) from atoms or their integrals."""
        table = [[mpmath.mpf(0)] * len(self.decay) for _ in self.net.compartments]
        for i, key in enumerate(keys):
            table[key[1]][key[2]] += content[i] * (1 if key[0] == "curve" else self.decay[key[2]])
        return table


def worst_error(found: np.ndarray, exact: Table, *, total: float) -> float:
    """Return the largest relative error of the entries that count."""
    return max(
        float(abs(mpmath.mpf(float(found[c, j])) - value) / value)
        for c, row in enumerate(exact)
        for j, value in enumerate(row)
        if value > total * LEAST_SHARE
    )


@pytest.fixture(autouse=True)
def _sixty_digits() -> object:
    with mpmath.workdps(DIGITS):
        yield


def random_case(
    seed: int, *, n: int, root: str, rate_spread: float, equal: float | None = None
) -> tuple[Network, Sources]:
    """Return a random network; with ``equal``, all decay constants are within that share."""
    rng = np.random.default_rng(seed)
    chain = decay_chain(root)
    m = len(chain.nuclides)
    decay_per_s = 10.0 ** rng.uniform(-6.0, -6.0 + rate_spread, m)
    if equal is not None:
        decay_per_s = 1e-3 * (1.0 + equal * rng.uniform(0.0, 1.0, m))
    chain = dataclasses.replace(chain, decay_constants_per_s=decay_per_s)

    def matrix() -> np.ndarray:
        rates = 10.0 ** rng.uniform(-6.0, -6.0 + rate_spread, (n, n))
        rates *= rng.uniform(size=(n, n)) < 0.6
        if equal is not None:
            rates = np.full((n, n), 1e-3)
        np.fill_diagonal(rates, 0.0)
        return rates

    def element() -> FreeElement:
        landing = rng.dirichlet(np.ones(n + 1))[:n] if rng.uniform() < 0.3 else None
        return free_element(
            n,
            transfer_per_s=matrix(),
            excretion_per_s=10.0 ** rng.uniform(-7.0, -3.0, n) * (rng.uniform(size=n) < 0.5),
            retention=rng.uniform(size=n),
            landing=landing,
        )

    net = network(
        [f"c{i}" for i in range(n)],
        chain=chain,
        elements={name.split("-")[0]: element() for name in chain.nuclides},
        escape_by_mode={"alpha": 0.9, "beta-": 0.36, "EC/beta+": 0.5},
        internalised_fraction=rng.uniform(size=n),
        vector=free_element(n, transfer_per_s=matrix(), excretion_per_s=np.full(n, 1e-6)),
    )
    name = chain.nuclides[0]
    curves = BoundCurves(
        name,
        amplitude_bq=rng.uniform(0.1, 1.0, (n, 2)) * 1e6,
        rate_per_s=decay_per_s[0] * (1.0 + rng.exponential(3.0, (n, 2))),
    )
    sources = Sources(
        curves=(curves,),
        free_bq={chain.nuclides[1]: rng.uniform(size=n) * 1e3},
        bound_bq={chain.nuclides[1]: rng.uniform(size=n) * 1e3},
        dechelation_per_s={name: np.asarray(1e-7), chain.nuclides[1]: np.asarray(1e-6)},
    )
    return net, sources


def real_case(*, uptake: float = 0.0) -> tuple[Network, Sources]:
    """Return 225Ac in a lesion, blood and kidneys, daughters on their way through blood."""
    chain = decay_chain("Ac-225")
    names = ("lesion", "blood", "kidneys")
    moving = free_element(
        3,
        transfer_per_s=transfers(
            names,
            {("lesion", "blood"): 1e-3, ("blood", "kidneys"): 2e-3, ("blood", "lesion"): 1e-5},
        ),
        excretion_per_s=[0.0, 3e-4, 5e-5],
        retention=[0.8, 0.0, 0.0],
    )
    net = network(
        names,
        chain=chain,
        elements={name.split("-")[0]: moving for name in chain.nuclides},
        internalised_fraction=[0.5, 0.0, 0.2],
    )
    slow_per_s = float(chain.decay_constants_per_s[0])
    curves = BoundCurves(
        "Ac-225",
        amplitude_bq=np.array([[1e6, -1e6 * uptake], [2e5, 0.0], [3e5, -3e5 * uptake]]),
        rate_per_s=slow_per_s + np.array([[1e-6, 3e-4], [5e-5, 1e-4], [6e-6, 1e-3]]),
    )
    return net, Sources(curves=(curves,))


CASES = [
    pytest.param({"seed": 1, "n": 3, "root": "Pb-212", "rate_spread": 3.0}, id="212Pb, 3 decades"),
    pytest.param({"seed": 2, "n": 2, "root": "Ac-225", "rate_spread": 10.0}, id="225Ac, 10"),
    pytest.param({"seed": 3, "n": 4, "root": "At-211", "rate_spread": 6.0}, id="211At, 6"),
    pytest.param(
        {"seed": 4, "n": 3, "root": "Pb-212", "rate_spread": 3.0, "equal": 0.0}, id="equal rates"
    ),
    pytest.param(
        {"seed": 5, "n": 3, "root": "Pb-212", "rate_spread": 3.0, "equal": 1e-9}, id="nearly equal"
    ),
]


@pytest.mark.parametrize("case", CASES)
def test_all_time_is_exact_to_round_off(case: dict) -> None:
    net, sources = random_case(**case)
    found = cumulated_decays(net, sources).decays_bq_s[0]
    _, exact = Reference(net, sources).at(np.inf)
    assert worst_error(found, exact, total=found.sum()) < EXACT_ALL_TIME


@pytest.mark.parametrize("time_s", [1e-2, 1e3, 3e4])
@pytest.mark.parametrize("case", CASES)
def test_finite_times_are_exact(case: dict, time_s: float) -> None:
    net, sources = random_case(**case)
    activity, decays = Reference(net, sources).at(time_s)
    start_bq = float(activities_bq(net, sources, time_s=[0.0]).sum())
    found = activities_bq(net, sources, time_s=[time_s])[0, 0]
    assert worst_error(found, activity, total=start_bq) < EXACT_IN_TIME
    found = cumulated_decays(net, sources, stop_s=time_s).decays_bq_s[0]
    assert worst_error(found, decays, total=found.sum()) < EXACT_IN_TIME


def test_real_chain_with_microseconds_beside_days_is_exact() -> None:
    """225Ac, its 4 us and 32 ms members included, over a day: 47 doublings."""
    net, sources = real_case()
    activity, decays = Reference(net, sources).at(86400.0)
    found = activities_bq(net, sources, time_s=[86400.0])[0, 0]
    assert worst_error(found, activity, total=1e6) < EXACT_IN_TIME
    found = cumulated_decays(net, sources, stop_s=86400.0).decays_bq_s[0]
    assert worst_error(found, decays, total=found.sum()) < EXACT_IN_TIME
    found = cumulated_decays(net, sources).decays_bq_s[0]
    _, decays = Reference(net, sources).at(np.inf)
    assert worst_error(found, decays, total=found.sum()) < EXACT_ALL_TIME


def test_uptake_phase_is_exact_to_what_its_positive_phases_supply() -> None:
    net, sources = real_case(uptake=0.9)
    without, _ = real_case()
    activity, decays = Reference(net, sources).at(3600.0)
    found = activities_bq(net, sources, time_s=[3600.0])[0, 0]
    scale = activities_bq(without, real_case()[1], time_s=[3600.0])[0, 0]
    assert np.max(np.abs(found - np.array(activity, dtype=float)) / scale) < EXACT_IN_TIME
    found = cumulated_decays(net, sources, stop_s=3600.0).decays_bq_s[0]
    scale = cumulated_decays(without, real_case()[1], stop_s=3600.0).decays_bq_s[0]
    assert np.max(np.abs(found - np.array(decays, dtype=float)) / scale) < EXACT_IN_TIME
