"""Safeguards taken away one at a time: a test must miss each. ``make mutants`` runs them; CI checks the list."""
