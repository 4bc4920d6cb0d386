"""DICOM at the edge: what scanners and planning systems write becomes values of the core."""
