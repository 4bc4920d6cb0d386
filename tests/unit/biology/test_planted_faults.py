"""Faults planted one by one in the source, each of which the checks of effects must see.

A fault is a module, a text in it and what replaces it. The module is compiled anew with the fault,
and all checks are run on it; a fault that no check sees is a hole in the checks.
"""

from __future__ import annotations

import importlib
import types
from pathlib import Path

import pytest

from unit.biology.effect_checks import CHECKS, namespace

KINDS = ("BiologicallyEffectiveDose", "EquivalentDose2Gy", "RbeWeightedDose", "RbeMax", "BetaRatio")

FAULTS = {
    "cross terms of cycles counted once": (
        "protraction",
        "pair if first is second else pair + pair.transpose(0, 2, 1)",
        "pair",
    ),
    "cross terms of cycles left out": (
        "protraction",
        "pair if first is second else pair + pair.transpose(0, 2, 1)",
        "pair if first is second else 0.0 * pair",
    ),
    "unrepaired dose of the earlier cycle forgotten": (
        "protraction",
        "seen[j] + second.start_bq_per_kg[j] * unrepaired",
        "seen[j]",
    ),
    "repair of the second half forgotten": (
        "protraction",
        "total / (second.rates_per_s[j] + mu)",
        "total / second.rates_per_s[j]",
    ),
    "daughters do not feed the products": (
        "protraction",
        "total += second.feeding_per_s[j, k] * found[i, k]",
        "pass",
    ),
    "share of a repair component ignored": (
        "protraction",
        "pair = share * first.factor",
        "pair = first.factor",
    ),
    "factor of a cycle not squared": (
        "protraction",
        "share * first.factor * second.factor",
        "share * first.factor",
    ),
    "activity scales the product once": ("protraction", "(f * f)[:", "(f)[:"),
    "beta ratio without its root": (
        "protraction",
        "root = np.sqrt(beta_ratio.as_array())",
        "root = beta_ratio.as_array()",
    ),
    "radiations squared one by one": ("protraction", '"sa,sab,sb->s"', '"sa,saa,sa->s"'),
    "rate instead of half-time in repair": (
        "parameters",
        "math.log(2.0) / self.half_times_s",
        "1.0 / self.half_times_s",
    ),
    "phases decay biologically alone": (
        "dose_rate",
        "curve.biological_rate_per_s.T + decay_per_s[0]",
        "curve.biological_rate_per_s.T",
    ),
    "daughters of the phases forgotten": (
        "dose_rate",
        "feeding[phases:, :phases] = by_activity[1:, :1]",
        "pass",
    ),
    "RBEmax on the quadratic term too": (
        "effect",
        "linear + quadratic / ratio",
        "linear + quadratic * (linear / dose.total_gy) ** 2 / ratio",
    ),
    "alpha/beta upside down": (
        "effect",
        "linear + quadratic / ratio",
        "linear + quadratic * ratio",
    ),
    "the other root of the isoeffective dose": (
        "effect",
        "linear + np.sqrt(",
        "linear - np.sqrt(",
    ),
    "EQD2 of fractions of 1 Gy": (
        "quantities",
        "bed.bed_gy / (1.0 + 2.0 /",
        "bed.bed_gy / (1.0 + 1.0 /",
    ),
    "any RBE taken for RBEmax": (
        "effect",
        'require_kind(rbe_max, RbeMax, "RbeMax, the RBE in the low-dose limit,")',
        "rbe_max = RbeMax.of(alpha=rbe_max.alpha, recoil=rbe_max.recoil)",
    ),
    "finite duration ignored": (
        "windows",
        "total += a * b * _divided(*nodes, width_s=width_s)",
        "total += a * b * width_s / mu if k == 0 else a * b * _divided(*nodes, width_s=width_s)",
    ),
    "unrepaired dose does not carry over": (
        "windows",
        "unrepaired = unrepaired * np.exp(-mu * width_s)",
        "unrepaired = 0.0 * unrepaired",
    ),
    "infused phase as if at once": (
        "windows",
        "level * -math.expm1(-rate_per_s * duration_s)",
        "level * rate_per_s * duration_s",
    ),
    "numerical route with a wrong weight": (
        "sampled",
        "rise**2 * (three - four)",
        "rise**2 * (two - four)",
    ),
}


def planted(module: str, original: str, fault: str) -> types.SimpleNamespace:
    true = importlib.import_module(f"alphatwin.biology.{module}")
    source = Path(str(true.__file__)).read_text(encoding="utf-8")
    assert original in source, f"{module}.py has changed: plant this fault anew"
    made = types.ModuleType(true.__name__)
    made.__file__ = true.__file__
    code = compile(source.replace(original, fault), str(true.__file__), "exec", dont_inherit=True)
    # dataclasses with slots look their module up by name
    exec(code, made.__dict__)
    api = namespace()
    names = {n: v for n, v in vars(made).items() if hasattr(api, n) and n not in KINDS}
    vars(made).update({n: getattr(true, n) for n in KINDS if hasattr(true, n)})
    return namespace(**names)


def fails(check, api) -> bool:
    try:
        check(api)
    except Exception:  # noqa: BLE001
        return True
    except BaseException as error:
        if type(error).__name__ == "Failed":  # what pytest.raises ends with
            return True
        raise
    return False


@pytest.mark.parametrize(("module", "original", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_seen(module, original, fault):
    api = planted(module, original, fault)
    assert any(fails(check, api) for check in CHECKS.values()), "no check sees this fault"


def test_the_code_without_a_fault_passes_the_same_way():
    """Compiled anew without a change, nothing fails: it is the fault that the checks see."""
    for module in sorted({m for m, *_ in FAULTS.values()}):
        api = planted(module, "\n", "\n")
        seen = [name for name, check in CHECKS.items() if fails(check, api)]
        assert not seen, f"{module}: {seen}"
