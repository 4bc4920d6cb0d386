"""The report: one value, and its forms as JSON, HTML, PDF and figures."""
