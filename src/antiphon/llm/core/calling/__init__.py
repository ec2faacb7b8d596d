"""Functions that a model answers, as far as nothing waits: prompts, settings, plans, and what answers are made of."""
