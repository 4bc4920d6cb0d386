"""What an audit finds: a figure, the rule that it breaks, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from alphatwin.evidence.record import Record
    from alphatwin.evidence.types import Place

Severity = Literal["error", "warning", "note"]

# Rules, what each holds a record to, and how grave a breach is at most
RULES: dict[str, str] = {
    "percentage_impossible": "no count of the group gives the percentage, rounded or cut",
    "percentage_of_count": "the percentage is that of the count, rounded; cut is noted",
    "count_over_group": "a count is at most the size of its group",
    "denominator_of_group": "the denominator printed with a figure is the size of its group",
    "categories_add_up": "disjoint and complete categories add up to their group",
    "objective_response": "ORR = CR + PR",
    "disease_control": "DCR = CR + PR + MR + SD",
    "figure_twice": "one outcome of one group, judged alike, has one value",
    "interval_holds_value": "an interval holds its value",
    "interval_of_count": "a printed interval is that of the count by a known method",
    "ratio_midway": "a ratio lies midway in its interval, on the scale of logarithms",
    "progression_before_death": "survival without progression is at most survival",
    "landmark_followed": "a landmark lies within the median follow-up",
    "groups_add_up": "groups of a partition add up to what they divide",
    "group_within": "a part is at most as large as the whole",
    "all_accounted": "who was enrolled was treated, and who was treated was judged",
    "registered_number": "of one trial, not more are reported than were enrolled",
    "cycles_of_patients": "the sum of cycles agrees with patients and cycles each",
    "units_restated": "an activity printed in two units is one activity",
    "limit_of_cycles": "planned cycles stay within the cumulative limit",
    "activity_like_others": "an activity is within a factor of others of its agent",
    "dates_in_order": "a trial starts before it ends and is presented after",
    "estimate_past": "an estimated date lay ahead when the source appeared",
    "superseded": "a newer figure exists",
    "receptor_action": "an agonist is not called an antagonist, nor the other way",
    "emitter_class": "a nuclide is called after what it emits itself",
    "half_life": "a half-life is that of the decay data",
    "photon_energy": "a photon line is in the decay data",
    "thresholds_agree": "sources give one threshold for one question",
    "statements_agree": "one question is answered alike everywhere",
}


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One figure that breaks a rule.

    Attributes
    ----------
    record
        Identifier of the record.
    field
        Path of the field, such as `proportions[2].percent`.
    rule
        Rule that it breaks.
    severity
        `error`: it cannot be so; `warning`: it wants an explanation; `note`: good to know.
    stated
        What the record says.
    computed
        What follows from the rest.
    suggestion
        What would mend or explain it.
    place
        Where the figure stands: key of the source and place in it.
    fits_n
        Denominators with which the figure would be possible.
    """

    record: str
    field: str
    rule: str
    severity: Severity
    stated: str
    computed: str
    suggestion: str
    place: str
    fits_n: tuple[int, ...] = ()


def found(
    record: Record,
    field: str,
    rule: str,
    *,
    place: Place,
    stated: str,
    computed: str,
    suggestion: str,
    severity: Severity = "error",
    fits_n: tuple[int, ...] = (),
) -> AuditFinding:
    """Return a finding on a field of a record; parameters as the attributes of the result."""
    return AuditFinding(
        record=record.id,
        field=field,
        rule=rule,
        severity=severity,
        stated=stated,
        computed=computed,
        suggestion=suggestion,
        place=f"{place.source} {place.where}",
        fits_n=fits_n,
    )
