"""How this version encodes the terms of papers for the library."""

from recommender.store.library import Encoder


def encoder() -> Encoder:
    from recommender import ranking

    return Encoder(ranking.encode, ranking.ENCODING)
