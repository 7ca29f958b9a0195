"""`recommend`, and `python -m recommender`."""

import gc

gc.disable()  # what modules make while they are loaded is no garbage: 3 ms of 70

from recommender.cli import main  # noqa: E402 - after the line above

if __name__ == "__main__":
    main()
