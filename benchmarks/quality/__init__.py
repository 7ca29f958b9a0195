"""Ranking quality on real readers, against the recipes of other tools, in one run."""
