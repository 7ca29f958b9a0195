"""Ranks each day's papers for one reader, from what that reader liked and disliked before."""

__version__ = "0.1.0"
