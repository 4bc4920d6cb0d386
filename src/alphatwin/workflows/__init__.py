"""From request to report: each module composes the core into one answer."""
