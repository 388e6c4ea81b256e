"""Training the lesson's own graph: problems, optimisers, batches, compiled plans, and runs."""
