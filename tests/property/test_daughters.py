"""Laws of daughters that hold whatever escapes: atoms, bounds, monotony."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alphatwin.kinetics.daughters import daughter_network
from alphatwin.kinetics.daughters_fates import fate, fate_names
from alphatwin.kinetics.daughters_response import daughter_response
from alphatwin.nuclides import decay_chain, nuclide

CONSERVED = 1e-10
"""What is promised for atoms."""
ROUND_OFF = 1e-12
REGIONS = ("lesion", "kidneys", "spleen")
shares = st.floats(0.0, 1.0)
roots = st.sampled_from(["Ac-225", "Pb-212", "Bi-213", "Ra-223"])
presets = st.sampled_from(fate_names())


def transitions(root):
    """Return every transition of a chain, parent and daughter."""
    chain = decay_chain(root)
    return [
        (parent, b.daughter)
        for parent in chain.nuclides
        for b in nuclide(parent).branches
        if b.daughter in chain.nuclides
    ]


def answer(preset, root, *, escape, internalised=0.0, **mixture):
    net = daughter_network(
        fate(preset),
        regions=REGIONS,
        chain=decay_chain(root),
        escape_probability=escape,
        internalised_fraction=dict.fromkeys(REGIONS, internalised),
    )
    return daughter_response(net, regions=REGIONS, roots=[root], **mixture)


@given(preset=presets, root=roots, data=st.data())
@settings(max_examples=60)
def test_atoms_are_conserved_and_no_member_decays_more_often_than_it_is_made(preset, root, data):
    escape = {t: data.draw(shares) for t in transitions(root)}
    found = answer(
        preset,
        root,
        escape=escape,
        internalised=data.draw(shares),
        dechelation_per_s=data.draw(st.sampled_from([0.0, 1e-6])),
    )
    assert found.unaccounted_share < CONSERVED
    everywhere = found.decays_per_decay[0].sum(axis=1)
    made = everywhere[:, :1] * decay_chain(root).decays_per_parent_decay()
    assert np.all(found.decays_per_decay >= 0.0)
    assert np.all(everywhere <= made * (1.0 + CONSERVED))


@given(preset=presets, root=roots, data=st.data())
@settings(max_examples=60)
def test_escape_only_lowers_what_decays_in_a_lesion_and_does_so_steadily(preset, root, data):
    """Nothing comes back to a lesion: more escape means fewer decays of what escapes there.

    Not of what it makes in turn: a free atom counts as taken up by the cell, which keeps its
    daughter with the retention of that element, while the cell keeps none of what leaves a vector
    outside of it.
    """
    every = transitions(root)
    escape = {t: data.draw(shares) for t in every}
    one = data.draw(st.sampled_from(every))
    less, more = sorted(data.draw(st.tuples(shares, shares)))
    inside = data.draw(shares)
    low, high = (
        answer(preset, root, escape=escape | {one: p}, internalised=inside).decays_per_decay[
            0, 0, 0
        ]
        for p in (less, more)
    )
    stay = decay_chain(root).decays_per_parent_decay()
    daughter = decay_chain(root).index(one[1])
    assert high[daughter] <= low[daughter] * (1.0 + ROUND_OFF)
    assert np.all(low <= stay * (1.0 + ROUND_OFF))


@given(preset=presets, root=roots, data=st.data())
@settings(max_examples=40)
def test_what_is_kept_inside_only_adds_to_a_lesion(preset, root, data):
    escape = {t: data.draw(shares) for t in transitions(root)}
    less, more = sorted(data.draw(st.tuples(shares, shares)))
    out, inside = (
        answer(preset, root, escape=escape, internalised=share).decays_per_decay[0, 0, 0]
        for share in (less, more)
    )
    assert np.all(out <= inside * (1.0 + ROUND_OFF))
