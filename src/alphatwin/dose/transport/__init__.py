"""Monte Carlo transport of photons and electrons: own engine, tables and geometries."""

from alphatwin.dose.transport.engine import Tally, transport
from alphatwin.dose.transport.geometry import Geometry, Solids, Spheres, Voxels
from alphatwin.dose.transport.materials import Material, material, material_names
from alphatwin.dose.transport.source import (
    Emitted,
    InRegion,
    InShell,
    Point,
    Source,
    VoxelMap,
    line,
)

__all__ = [
    "Emitted",
    "Geometry",
    "InRegion",
    "InShell",
    "Material",
    "Point",
    "Solids",
    "Source",
    "Spheres",
    "Tally",
    "VoxelMap",
    "Voxels",
    "line",
    "material",
    "material_names",
    "transport",
]
