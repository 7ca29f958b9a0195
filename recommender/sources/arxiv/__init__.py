"""arXiv: what to ask it (`queries`), and when it announces (`calendar`)."""
