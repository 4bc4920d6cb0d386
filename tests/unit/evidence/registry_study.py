"""A made-up registered study in the shape of ClinicalTrials.gov's API version 2."""

from __future__ import annotations

import copy
from typing import Any


def study(**changes: Any) -> dict[str, Any]:
    """Return the study, with whole modules replaced by name."""
    made = copy.deepcopy(STUDY)
    for name, module in changes.items():
        section = "resultsSection" if name in made["resultsSection"] else "protocolSection"
        made[section][name] = module
    return made


def _counts(*values: int) -> list[dict[str, str]]:
    return [{"groupId": f"OG00{i}", "value": str(v)} for i, v in enumerate(values)]


ARMS = [{"id": "OG000", "title": "Untreated Before"}, {"id": "OG001", "title": "After 177Lu"}]
DENOMINATORS = [{"units": "Participants", "counts": _counts(20, 10)}]
STUDY: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT09999999",
            "briefTitle": "An Invented Study of Lead-212 in Neuroendocrine Tumors",
        },
        "statusModule": {
            "overallStatus": "COMPLETED",
            "startDateStruct": {"date": "2021-03", "type": "ACTUAL"},
            "primaryCompletionDateStruct": {"date": "2024-06-30", "type": "ESTIMATED"},
            "resultsFirstPostDateStruct": {"date": "2025-01-15", "type": "ACTUAL"},
            "lastUpdatePostDateStruct": {"date": "2025-02-01", "type": "ACTUAL"},
        },
        "conditionsModule": {"conditions": ["Neuroendocrine Tumors", "Carcinoid"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE1", "PHASE2"],
            "designInfo": {
                "allocation": "NON_RANDOMIZED",
                "interventionModel": "PARALLEL",
                "maskingInfo": {"masking": "NONE"},
            },
            "enrollmentInfo": {"count": 32, "type": "ACTUAL"},
        },
        "armsInterventionsModule": {
            "interventions": [
                {"type": "DRUG", "name": "[212Pb]Pb-DOTAMTATE", "otherNames": ["AlphaMedix"]},
                {"type": "DRUG", "name": "amino acids"},
            ]
        },
        "outcomesModule": {
            "primaryOutcomes": [{"measure": "Objective Response Rate", "timeFrame": "2 years"}]
        },
    },
    "resultsSection": {
        "participantFlowModule": {
            "groups": [{"id": "FG000", "title": ARMS[0]["title"]}],
            "periods": [
                {
                    "title": "Overall Study",
                    "milestones": [
                        {
                            "type": "STARTED",
                            "achievements": [{"groupId": "FG000", "numSubjects": "21"}],
                        }
                    ],
                }
            ],
        },
        "outcomeMeasuresModule": {
            "outcomeMeasures": [
                {
                    "type": "PRIMARY",
                    "title": "Objective Response Rate",
                    "paramType": "NUMBER",
                    "dispersionType": "95% Confidence Interval",
                    "unitOfMeasure": "percentage of participants",
                    "groups": ARMS,
                    "denoms": DENOMINATORS,
                    "classes": [
                        {
                            "categories": [
                                {
                                    "measurements": [
                                        {
                                            "groupId": "OG000",
                                            "value": "55.0",
                                            "lowerLimit": "31.5",
                                            "upperLimit": "76.9",
                                        },
                                        {"groupId": "OG001", "value": "20.0"},
                                    ]
                                }
                            ]
                        }
                    ],
                },
                {
                    "type": "SECONDARY",
                    "title": "Best Overall Response",
                    "paramType": "COUNT_OF_PARTICIPANTS",
                    "unitOfMeasure": "Participants",
                    "groups": ARMS,
                    "denoms": DENOMINATORS,
                    "classes": [
                        {
                            "categories": [
                                {"title": "Partial Response", "measurements": _counts(11, 2)},
                                {"title": "Stable Disease", "measurements": _counts(7, 6)},
                            ]
                        }
                    ],
                },
                {
                    "type": "SECONDARY",
                    "title": "Progression-Free Survival",
                    "paramType": "MEDIAN",
                    "dispersionType": "95% Confidence Interval",
                    "unitOfMeasure": "months",
                    "groups": ARMS,
                    "denoms": DENOMINATORS,
                    "classes": [
                        {
                            "categories": [
                                {
                                    "measurements": [
                                        {"groupId": "OG000", "value": "NA"},
                                        {
                                            "groupId": "OG001",
                                            "value": "14.20",
                                            "lowerLimit": "8.1",
                                            "upperLimit": "NA",
                                        },
                                    ]
                                }
                            ]
                        }
                    ],
                },
                {
                    "type": "SECONDARY",
                    "title": "Mean Change of Chromogranin",
                    "paramType": "MEAN",
                    "unitOfMeasure": "ng/mL",
                    "groups": ARMS,
                    "classes": [{"categories": [{"measurements": _counts(3, 4)}]}],
                },
            ]
        },
        "adverseEventsModule": {
            "eventGroups": [
                {
                    "id": "EG000",
                    "title": "Untreated Before",
                    "seriousNumAffected": 4,
                    "seriousNumAtRisk": 21,
                    "deathsNumAffected": 1,
                    "deathsNumAtRisk": 21,
                }
            ],
            "otherEvents": [
                {
                    "term": "Nausea",
                    "organSystem": "Gastrointestinal disorders",
                    "stats": [{"groupId": "EG000", "numAffected": 9, "numAtRisk": 21}],
                }
            ],
        },
    },
    "hasResults": True,
}
