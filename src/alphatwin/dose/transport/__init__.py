"""Photons and electrons through tissue: geometry, sources and their transport."""
