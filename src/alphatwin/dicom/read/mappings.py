"""Real-world value mappings: what somebody says the stored values mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphatwin.dicom.read.header import DAMAGED, lenient, read_dataset
from alphatwin.errors import ScanError

if TYPE_CHECKING:
    from alphatwin.dicom.read.parts import Part


@dataclass(frozen=True, slots=True)
class Mapping:
    """A line from stored values to a quantity.

    Attributes
    ----------
    unit
        Code of the unit, in UCUM.
    slope, intercept
        Of the line.
    instances
        Images that it is said of.
    """

    unit: str
    slope: float
    intercept: float
    instances: frozenset[str]


def read_mappings(part: Part) -> tuple[Mapping, ...]:
    """Return the mappings of an RWVM object.

    Raises
    ------
    ScanError
        If the file is damaged.
    """
    dataset = read_dataset(part, pixels=False)
    try:
        with lenient():
            return tuple(
                Mapping(
                    unit=str(row.MeasurementUnitsCodeSequence[0].CodeValue),
                    slope=float(row.RealWorldValueSlope),
                    intercept=float(row.RealWorldValueIntercept),
                    instances=frozenset(
                        str(i.ReferencedSOPInstanceUID)
                        for i in item.get("ReferencedImageSequence") or ()
                    ),
                )
                for item in dataset.ReferencedImageRealWorldValueMappingSequence
                for row in item.RealWorldValueMappingSequence
            )
    except DAMAGED as error:
        msg = f"{part.name}: its value mapping cannot be read ({type(error).__name__})"
        raise ScanError(msg) from error
