"""`recommend`, and `python -m recommender`."""

import gc
import sys

gc.disable()  # what modules make while they are loaded is no garbage

try:
    from recommender.cli import main
except KeyboardInterrupt:  # pressed before anything was done; later on, `main` sees to it
    sys.exit(130)
except OSError as error:  # too many open files, say; the module that words such errors may be among those not loaded
    if sys.stderr:
        sys.stderr.write(f"Error: {error}\n")
    sys.exit(7)

if __name__ == "__main__":
    main()
