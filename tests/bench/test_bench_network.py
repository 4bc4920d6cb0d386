"""Speed of redistribution: eleven compartments, the 225Ac chain, 10 000 samples.

The other side is what a program without the exact solution does: one stiff integration of all
amounts per sample. Its time is taken over a few samples and its accuracy is measured, so that the
two can be compared at equal accuracy. Times are reported, never asserted. Run it with
OPENBLAS_NUM_THREADS=1: on a busy machine the small matrices of the integration otherwise wait for
their threads, a hundred times longer than they compute, which would flatter the comparison.
"""

from __future__ import annotations

import time

import numpy as np
from scipy.integrate import solve_ivp

from alphatwin.kinetics.network import Network, element_of, free_element, network, transfers
from alphatwin.kinetics.network_solution import cumulated_decays
from alphatwin.kinetics.network_sources import BoundCurves, Sources
from alphatwin.nuclides import decay_chain

N_SAMPLES = 10_000
N_INTEGRATED = 3
REGIONS = ("blood", "lesion_1", "lesion_2", "kidneys", "liver", "spleen")
OTHERS = ("red_marrow", "bone", "salivary_glands", "urine", "rest")
PLACES = REGIONS + OTHERS
SOLVE_IVP_RTOL = 1e-9


def eleven(n_samples: int, *, seed: int = 7) -> tuple[Network, Sources]:
    """Return the case: amplitudes, rates, escape and clearance all sampled."""
    rng = np.random.default_rng(seed)
    chain = decay_chain("Ac-225")
    elements = {}
    for name in chain.nuclides:
        rates = {}
        for i, place in enumerate(PLACES[1:]):
            rates["blood", place] = 1e-3 / (i + 1) * rng.lognormal(0.0, 0.3, n_samples)
            rates[place, "blood"] = 2e-4 * rng.lognormal(0.0, 0.3, n_samples)
        elements[element_of(name)] = free_element(
            len(PLACES),
            transfer_per_s=transfers(PLACES, rates),
            excretion_per_s=1e-5 * rng.lognormal(0.0, 0.3, (n_samples, len(PLACES))),
            retention=rng.uniform(0.5, 0.9, (n_samples, len(PLACES))),
        )
    decay_per_s = chain.decay_constants_per_s[0]
    curves = BoundCurves(
        "Ac-225",
        amplitude_bq=np.stack(
            [1e6 * rng.lognormal(0.0, 0.2, (n_samples, 11)), np.full((n_samples, 11), -2e5)], -1
        ),
        rate_per_s=decay_per_s
        + np.stack(
            [3e-6 * rng.lognormal(0.0, 0.3, (n_samples, 11)), np.full((n_samples, 11), 2e-4)], -1
        ),
    )
    net = network(
        PLACES,
        chain=chain,
        elements=elements,
        escape_probability={
            ("Ac-225", "Fr-221"): rng.uniform(0.8, 1.0, n_samples),
            ("Bi-213", "Po-213"): rng.uniform(0.2, 0.5, n_samples),
        },
        internalised_fraction=rng.uniform(0.3, 0.8, (n_samples, len(PLACES))),
    )
    return net, Sources(curves=(curves,))


def integrated(net: Network, sources: Sources, *, sample: int) -> np.ndarray:
    """Return the decays of one sample by stiff integration over fifty half-lives. (n, m)."""
    chain, n, m = net.chain, len(net.compartments), len(net.chain.nuclides)
    curves = sources.curves[0]
    amplitude, rate = curves.amplitude_bq[sample], curves.rate_per_s[sample]

    def pick(values: np.ndarray, axes: int) -> np.ndarray:
        return values[sample] if values.ndim > axes else values

    decay = chain.decay_constants_per_s
    elements = [net.elements[element_of(name)] for name in chain.nuclides]
    move = []
    for j in range(m):
        f = pick(elements[j].transfer_per_s, 2)
        loss = f.sum(axis=0) + pick(elements[j].excretion_per_s, 1) + decay[j]
        move.append(f - np.diag(loss))
    # rows: bound, held, free atoms of each nuclide, then the decays of all
    size = 3 * m * n
    matrix = np.zeros((size + m * n, size + m * n))

    def at(form: int, j: int) -> slice:
        return slice((form * m + j) * n, (form * m + j + 1) * n)

    parent = np.zeros((size + m * n, n))
    eye = np.eye(n)
    inside = pick(net.internalised, 1)
    for j in range(m):
        matrix[at(0, j), at(0, j)] = -decay[j] * eye
        matrix[at(1, j), at(1, j)] = -decay[j] * eye
        matrix[at(2, j), at(2, j)] = move[j]
        for form in range(3):
            matrix[size + j * n : size + (j + 1) * n, at(form, j)] = decay[j] * eye
        for i in range(m):
            if chain.branching[i, j] == 0.0:
                continue
            leaves = pick(net.escape[chain.nuclides[j], chain.nuclides[i]], 0)
            kept = pick(elements[i].retention, 1)
            made = decay[j] * chain.branching[i, j]
            out = {
                0: (1.0 - leaves, leaves * inside * kept, leaves * (1.0 - inside * kept)),
                1: (0.0, kept, 1.0 - kept),
                2: (0.0, 0.0, 1.0),
            }
            for form, shares in out.items():
                for to, share in enumerate(shares):
                    matrix[at(to, i), at(form, j)] += made * share * eye
                    if form == 0 and j == 0:
                        parent[at(to, i)] += chain.branching[i, 0] * share * eye
    matrix[:, at(0, 0)] = 0.0
    parent[size : size + n] = eye

    def slope(t: float, x: np.ndarray) -> np.ndarray:
        return matrix @ x + parent @ (amplitude * np.exp(-rate * t)).sum(axis=-1)

    end = solve_ivp(
        slope,
        (0.0, 50.0 * np.log(2.0) / decay[0]),
        np.zeros(size + m * n),
        method="BDF",
        jac=matrix,
        rtol=SOLVE_IVP_RTOL,
        atol=1e-3,
        t_eval=[50.0 * np.log(2.0) / decay[0]],
    ).y[size:, -1]
    return end.reshape(m, n).T


def test_redistribution_speed(benchmark) -> None:
    net, sources = eleven(N_SAMPLES)
    found = benchmark(lambda: cumulated_decays(net, sources))
    begin = time.perf_counter()
    cumulated_decays(net, sources)
    ours_s = (time.perf_counter() - begin) / N_SAMPLES
    begin = time.perf_counter()
    other = np.stack([integrated(net, sources, sample=k) for k in range(N_INTEGRATED)])
    theirs_s = (time.perf_counter() - begin) / N_INTEGRATED
    exact = found.decays_bq_s[:N_INTEGRATED]
    error = np.max(np.abs(other - exact) / exact)
    benchmark.extra_info.update(
        ours_per_sample_s=ours_s,
        solve_ivp_per_sample_s=theirs_s,
        ratio=theirs_s / ours_s,
        solve_ivp_relative_error=error,
    )
    # Not a timing: both must answer the same question.
    assert error < 1e-4
