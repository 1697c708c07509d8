"""Estimators: one algorithm a file, one protocol, checked by the same checks."""
