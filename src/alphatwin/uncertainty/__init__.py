"""Random streams, distributions and summaries that carry uncertainty along."""
