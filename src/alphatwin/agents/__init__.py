"""Radiopharmaceuticals: types, and a catalogue of what is published about each."""

from alphatwin.agents.catalogue import agent, agents
from alphatwin.agents.types import (
    Agent,
    PopulationKinetics,
    Prescription,
    Source,
    Stability,
)

__all__ = [
    "Agent",
    "PopulationKinetics",
    "Prescription",
    "Source",
    "Stability",
    "agent",
    "agents",
]
