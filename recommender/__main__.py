"""`python -m recommender` is `recommend`."""

from recommender.cli import main

main()
