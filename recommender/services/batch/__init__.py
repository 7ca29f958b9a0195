"""Many readers, one night: what is new is fetched once, counted once, and ranked for each by many processes.

`night` knows the order of things, `gathering` fetches for all, `shared` is what all readers have in common, `work` is
what a worker does for some of them, and `engines` are the ways to have workers.
"""

from recommender.services.batch.engines import engine
from recommender.services.batch.night import Conductor, Host

__all__ = ["Conductor", "Host", "engine"]
