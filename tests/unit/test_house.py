"""The house rules that a machine can keep: imports, sizes, names, tables, lock, words."""

from __future__ import annotations

import ast
import hashlib
import importlib
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from alphatwin.tables import loader
from alphatwin.tables.provenance import Provenance

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "alphatwin"
DOCS = ROOT / "docs"
MODULES = sorted(SOURCE.rglob("*.py"))
CORE = {
    "tables", "uncertainty", "patient", "nuclides", "agents", "geometry", "kinetics", "imaging",
    "dose", "biology", "prescription", "followup", "trials", "evidence",
}  # fmt: skip
CORE_MODULES = [path for path in MODULES if path.relative_to(SOURCE).parts[0] in CORE]
MOST_LINES = 400  # a module over this holds two concepts
HEAVY = {
    "numpy", "scipy", "matplotlib", "pint", "pydantic", "typer", "rich", "numba", "pandas",
    "jinja2", "plutoprint",
}  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[Path]:
    """Return the files of the repository, or those of a copy that is not one."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        names = [ROOT / name for name in done.stdout.split("\0") if name]
    else:
        kept = ("src", "tests", "tools", "docs", ".ci")
        names = [*ROOT.glob("*"), *(p for folder in kept for p in (ROOT / folder).rglob("*"))]
    return [p for p in names if p.is_file() and "__pycache__" not in p.parts]


# --- the door -----------------------------------------------------------------------------------


def test_importing_alphatwin_imports_nothing_heavy():
    code = "import sys, alphatwin; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "alphatwin" in loaded
    assert not loaded & HEAVY


def test_the_command_line_starts_without_what_computes():
    """What `--help` pays for: typer and rich, but no array, no figure, no kernel."""
    code = "import sys, alphatwin.cli; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not set(done.stdout.split()) & (HEAVY - {"typer", "rich", "pydantic"})


def test_the_command_line_spells_the_decay_data_as_the_course_does():
    """It spells them out, so that no command has to load the course for its options."""
    from alphatwin.cli.options import DecayDataChoice
    from alphatwin.patient import DecayDataName

    assert get_args(DecayDataChoice) == get_args(DecayDataName)


def test_public_names_are_those_of_the_reference_page():
    page = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    pinned = re.findall(r"^\| `(\w+)", page, re.MULTILINE)
    door = importlib.import_module("alphatwin")
    assert sorted(pinned) == sorted(getattr(door, "__all__", ()))
    assert set(pinned) <= set(dir(door))


def test_no_public_name_is_that_of_a_package():
    """Whichever is imported last would win: ``alphatwin.nuclides`` must always be the package."""
    door = importlib.import_module("alphatwin")
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    modules = {path.stem for path in SOURCE.glob("*.py")}
    assert not (packages | modules) & set(getattr(door, "__all__", ()))


# --- sizes and names ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_holds_one_concept(path):
    n_lines = len(path.read_text(encoding="utf-8").splitlines())
    assert n_lines <= MOST_LINES, f"{n_lines} lines: split it by concept"
    assert path.stem not in {"utils", "helpers", "common", "core", "misc"}


UNITS = {
    "s", "bq", "gy", "sv", "kg", "g", "mol", "j", "ev", "kev", "mev", "u", "m", "cm", "mm", "um",
    "ml", "cm2", "cm3", "um2", "gy2", "bq2", "hu",
}  # fmt: skip
# A last word that says what is counted, or that the value is a ratio of equal units.
DIMENSIONLESS = {
    "fraction", "fractions", "share", "shares", "ratio", "ratios", "factor", "sd", "rbe", "atoms",
    "decays", "samples", "branching", "weights", "yield", "probability", "number", "size", "count",
    "factors", "exponent", "tolerance", "evidence", "purity", "retention", "landing",
    "internalised",
    "counts", "error", "cosine", "survival",
    "tau2", "events", "sizes", "hessian", "theta",
}  # fmt: skip
# Names whose unit is that of another value, with the reason. Anything else must say its unit.
UNIT_OF_ANOTHER = {
    "estimates": "of studies, on the scale that is pooled: log odds, double arcsines, log rates",
    "variances": "of studies, on the square of that scale",
    "design": "of a regression, in the inverse unit of its coefficient",
    "q": "Cochran's Q, a number",
    "prediction_low": "of an interval, in the unit of its pooled value",
    "prediction_high": "of an interval, in the unit of its pooled value",
    "exposures": "times at risk, in any one unit; a pooled rate is per that unit",
    "rates": "of a linear system, in the inverse unit of its time",
    "feeding": "of a linear system, in the inverse unit of its time",
    "initial": "amounts of a linear system",
    "time": "of a linear system",
    "median": "of a distribution, in the unit of what is distributed",
    "mean": "of a distribution, in the unit of what is distributed",
    "low": "of an interval, in the unit of its median",
    "high": "of an interval, in the unit of its median",
    "upper": "of a distribution, in the unit of what is distributed",
    "lower": "of a distribution, in the unit of what is distributed",
    "value": "in the unit that the quantity beside it names",
    "icrp107": "in the unit that the quantity beside it names",
    "ensdf": "in the unit that the quantity beside it names",
    "alpha": "by radiation, in the unit of the whole",
    "recoil": "by radiation, in the unit of the whole",
    "beta": "by radiation, in the unit of the whole",
    "conversion": "by radiation, in the unit of the whole",
    "auger": "by radiation, in the unit of the whole",
    "electron": "by radiation, in the unit of the whole",
    "photon": "by radiation, in the unit of the whole",
    "before": "share of all decays",
    "between": "share of all decays",
    "after": "share of all decays",
    "cost": "minus twice the logarithm of a posterior density",
    "p": "probability",
    "bound": "share of the atoms that are made",
    "held": "share of the atoms that are made",
    "here": "share of the atoms that are made",
    "away": "share of the atoms that are made",
    "leaves": "probability",
    "made": "atoms",
    "excreted": "atoms",
    "given": "decays",
    "supplied": "atoms",
    "start": "atoms",
    "state": "share of the atoms at the start",
    "integral": "of the state over time, in its unit",
    "coefficients": "of an equation between lengths in cm",
    "labels": "numbers of regions",
    "values": "in the unit that the name beside it says",
    "arrays": "of any unit, for their shapes alone",
    "z": "standard normal deviate",
    "gradient": "of a quantity by its inputs, in its unit over theirs",
    "jacobian": "of a curve by its parameters, in its unit over theirs",
    "covariance": "in the units of the two inputs",
    "correlation": "correlation coefficients, without a unit",
    "renewed_values": "in the unit of the values beside them",
    "others_renewed_values": "in the unit of the values beside them",
    "decays_per_parent_decay": "number",
    "alphas_per_parent_decay": "number",
    "spectra": "of events, each with a mean number of them",
    "px": "place along an axis in a kernel, in um",
    "py": "place along an axis in a kernel, in um",
    "pz": "place along an axis in a kernel, in um",
    "ux": "cosine in a kernel",
    "uy": "cosine in a kernel",
    "uz": "cosine in a kernel",
    "square": "of a length in a kernel, in um2",
    "kept_p": "probability",
    "voxel_labels": "whole numbers",
    "decays_per_cell": "number",
    "uptake": "of a cell over the mean of all",
    "at_site": "decays per decay of the parent",
    "inside": "decays per decay of the parent",
    "outside": "decays per decay of the parent",
    "parts": "distributions, each with a share of the cells",
    "axes": "unit vectors",
    "index": "voxels, whole or in part",
    "correlation_before": "of two images, without a unit",
    "correlation_after": "of two images, without a unit",
}
FLOATS = re.compile(r"\b(float|ArrayLike|NDArray\[np\.float64\]|Floats)\b")
DEFERRED = re.compile(r"\b(Lognormal|Callable|Mapping|dict|NamedTuple)\b")


_UNIT = rf"(?:{'|'.join(UNITS)})"
_BELOW = rf"per_(?:{'|'.join(UNITS)}|decay)(?:_{_UNIT})*"
WITH_UNIT = re.compile(rf"\w+_(?:{_UNIT}(?:_{_UNIT})*(?:_{_BELOW})*|{_BELOW})")


def says_its_unit(name: str) -> bool:
    """Whether a name ends in a unit, a product of units or a quotient of them, or needs none."""
    if name in UNIT_OF_ANOTHER or name.startswith(("rbe_", "n_")):
        return True
    last = name.rsplit("_", maxsplit=1)[-1]
    return last in DIMENSIONLESS or WITH_UNIT.fullmatch(name) is not None


def float_names(tree: ast.Module) -> list[tuple[int, str]]:
    """Return line and name of every float parameter and field that is public."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            found += [(a.lineno, a.arg, a.annotation) for a in arguments]
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            rows = [row for row in node.body if isinstance(row, ast.AnnAssign)]
            found += [(r.lineno, r.target.id, r.annotation) for r in rows]
    return [
        (line, name)
        for line, name, annotation in found
        if annotation is not None
        and FLOATS.search(ast.unparse(annotation))
        and not DEFERRED.search(ast.unparse(annotation))
    ]


@pytest.mark.parametrize("path", CORE_MODULES, ids=name_of)
def test_every_float_of_the_core_says_its_unit(path):
    names = float_names(ast.parse(path.read_text(encoding="utf-8")))
    silent = [f"{path.name}:{line}: {name}" for line, name in names if not says_its_unit(name)]
    assert not silent, f"end each in a unit ({', '.join(sorted(UNITS))}): {silent}"


@pytest.mark.parametrize(
    ("name", "is_clear"),
    [
        ("time_s", True),
        ("activity_bq", True),
        ("time_integrated_activity_bq_s", True),
        ("dose_gy_per_bq_s", True),
        ("decay_constant_per_s", True),
        ("energy_j_per_decay", True),
        ("density_g_per_cm3", True),
        ("relative_sd", True),
        ("dose", False),
        ("s", False),
        ("half_life", False),
        ("time_hours", False),
        ("dose_per_activity", False),
    ],
)
def test_the_rule_of_units_tells_clear_names_from_silent_ones(name, is_clear):
    assert says_its_unit(name) is is_clear


def public_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return the public functions of a module and the public methods of its public classes."""
    bodies = [tree.body]
    bodies += [
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    return [
        node
        for body in bodies
        for node in body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


# A unit stands in brackets ([Bq s]), or after "in" at the end of a property's line (in Gy).
UNIT_IN_TEXT = re.compile(
    r"\[[^\]]*\b(s|Bq|Gy|kg|g|mol|J|MeV|keV|m|mm|um|mL|cm3|cm2|Gy^2)\b[^\]]*\]|\bin "
)


@pytest.mark.parametrize("path", CORE_MODULES, ids=name_of)
def test_every_public_function_of_the_core_states_its_units(path):
    silent = []
    for node in public_functions(ast.parse(path.read_text(encoding="utf-8"))):
        text = ast.get_docstring(node) or ""
        arguments = (*node.args.args, *node.args.kwonlyargs)
        names = [a.arg for a in arguments if a.annotation is not None]
        stripped = (name.removesuffix("_per_decay") for name in (node.name, *names))
        has_unit = any(WITH_UNIT.fullmatch(name) for name in stripped)
        if not text or (has_unit and not UNIT_IN_TEXT.search(text) and "as in" not in text.lower()):
            silent.append(f"{path.name}:{node.lineno} {node.name}")
    assert not silent


# --- tables -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", loader.names())
def test_a_table_has_its_sidecar_with_every_field_and_its_hash(name):
    folder = SOURCE / "tables"
    sidecar = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    for field in fields(Provenance):
        if field.name != "name":
            assert str(sidecar[field.name]).strip(), f"{name}.toml: {field.name} is empty"
    raw = (folder / f"{name}.csv").read_bytes()
    assert sidecar["sha256"] == hashlib.sha256(raw).hexdigest()
    assert loader.load(name).rows


def test_no_sidecar_is_without_its_table():
    folder = SOURCE / "tables"
    assert {p.stem for p in folder.glob("*.toml")} == set(loader.names())


# --- the lock -----------------------------------------------------------------------------------

LOCK_LINE = re.compile(r'([a-z0-9-]+)==([\w.]+)( ; python_version (<|>=) "3\.\d+")?')


def lock_lines() -> list[str]:
    rows = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [row for row in rows if not row.startswith("#")]


def test_lock_holds_exact_versions_and_no_address():
    for row in lock_lines():
        assert LOCK_LINE.fullmatch(row), f"not a plain exact version: {row}"


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_lock_holds_every_dependency_of_the_project_in_a_version_it_allows(python):
    rows = [Requirement(row) for row in lock_lines()]
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    mine = [row for row in rows if row.marker is None or row.marker.evaluate(environment)]
    locked = {canonicalize_name(row.name): str(row.specifier).removeprefix("==") for row in mine}
    assert len(locked) == len(mine), "two versions of one package for one Python"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *project["build-system"]["requires"],
        *(row for rows in project["dependency-groups"].values() for row in rows),
    ]
    for text in (row for row in wanted if isinstance(row, str)):
        need = Requirement(text)
        version = locked.get(canonicalize_name(need.name))
        assert version is not None, f"{need.name} is not locked: run tools/make_lock.py"
        assert need.specifier.contains(version), f"{text} is locked at {version}"


# --- words --------------------------------------------------------------------------------------

# Places of one machine and talk of how the program was made; split, so as not to find itself.
FORBIDDEN = re.compile(
    "|".join(
        (
            "/wo" + "rk/",
            "/ro" + "ot/",
            "/ho" + "me/",
            "/t" + "mp/[a-z]",
            "file" + "://",
            "as an A" + "I",
            "this ses" + "sion",
            r"\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}:\d+",
        )
    )
)


def test_no_tracked_file_names_a_machine():
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, row in enumerate(text.splitlines(), start=1):
            if FORBIDDEN.search(row):
                found.append(f"{name_of(path)}:{number}: {row.strip()[:100]}")
    assert not found, "\n".join(found)
