"""Possible worlds: quantities, the laws that estimate them, formulas over them, and the answers of every world."""
