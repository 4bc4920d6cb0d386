"""``[biology]`` of a course file."""

from __future__ import annotations

import pytest

from alphatwin.errors import CourseError
from alphatwin.files import course_from_text
from alphatwin.patient import EffectAssumptions, TissueEffect

TEXT = """schema = 1
title = "biology"
[patient]
weight = "70 kg"
[[regions]]
name = "spleen"
kind = "organ"
mass = "150 g"
uncertainty = "10 %"
[[administrations]]
name = "one"
agent = "177Lu-DOTATATE"
activity = "7.4 GBq"
[[measurements]]
region = "spleen"
administration = "one"
nuclide = "Lu-177"
decay_corrected_to = "none"
points = [{ time = "24 h", activity = "60 MBq", uncertainty = "10 %" }]
"""
TISSUE = '[[biology.tissues]]\nregion = "spleen"\n'


def test_what_is_stated_is_read():
    found = course_from_text(
        TEXT
        + '[biology]\nrbe_max_alpha = 4.0\nrbe_max_alpha_uncertainty = "20 %"\n'
        + TISSUE
        + 'alpha_beta = "5 Gy"\nalpha_beta_uncertainty = "30 %"\nrepair_half_time = "90 min"\n'
        + 'source = "a study"\n'
    )
    assert found.course.effect == EffectAssumptions(
        rbe_max_alpha=4.0,
        rbe_max_alpha_relative_sd=0.2,
        tissues=(
            TissueEffect(
                region="spleen",
                alpha_beta_gy=5.0,
                alpha_beta_relative_sd=0.3,
                repair_half_time_s=5400.0,
                source="a study",
            ),
        ),
    )


def test_without_the_table_nothing_is_stated():
    assert course_from_text(TEXT).course.effect == EffectAssumptions()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (TISSUE + 'alpha_beta = "0 Gy"\n', "alpha_beta_gy must be finite and > 0 Gy, got 0"),
        (TISSUE + 'alpha_beta = "-2.5 Gy"\n', "-2.5 Gy"),
        (TISSUE + "alpha_beta = 2.5\n", "unit"),
        (TISSUE + 'alpha_beta = "2.5 Sv"\n', "Sv"),
        (TISSUE + 'repair_half_time = "0 h"\n', "repair_half_time_s must be finite and > 0 s"),
        (TISSUE, "states neither alpha_beta nor repair_half_time"),
        (TISSUE.replace("spleen", "spline") + 'alpha_beta = "3 Gy"\n', "'spline' is not in this"),
        (TISSUE + 'alpha_beta_uncertainty = "10 %"\n', "is that of alpha_beta, which is not"),
        ("[biology]\nrbe_max_alpha = 0.0\n", "rbe_max_alpha must be finite and > 0, got 0"),
        ('[biology]\nrbe_max_recoil_uncertainty = "10 %"\n', "is that of rbe_max_recoil"),
        ("[biology]\nrbe_alpha = 5.0\n", "is not a key of this table"),
        (2 * (TISSUE + 'alpha_beta = "3 Gy"\n'), "more than one tissue"),
    ],
)
def test_a_mistake_is_said(table, says):
    with pytest.raises(CourseError, match=r"biology") as error:
        course_from_text(TEXT + table)
    assert says in str(error.value)
