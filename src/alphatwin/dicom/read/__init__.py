"""What scanners and planning systems write, as values of the core."""

from alphatwin.dicom.read.pixels import read_image
from alphatwin.dicom.read.scans import Scan, Scans, read_scans
from alphatwin.dicom.read.series import FileSeries, Folder, parts_in

__all__ = ["FileSeries", "Folder", "Scan", "Scans", "parts_in", "read_image", "read_scans"]
