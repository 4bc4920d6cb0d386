"""Values of the core as DICOM files."""

from alphatwin.dicom.write.synthetic import SyntheticSeries, write_series

__all__ = ["SyntheticSeries", "write_series"]
