"""Fuzz one target in this process for a while: `python -m benchmarks.fuzz.one TARGET FOLDER SECONDS`.

Atheris instruments the program's modules as they are imported and hands the work to libFuzzer, which never returns:
it prints what it did, and leaves an input that broke a promise in the folder, as crash-…
"""

import sys
import warnings
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages


def main() -> None:
    import atheris

    name, folder, seconds = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    with atheris.instrument_imports(include=["recommender"]):
        from benchmarks.fuzz import corpus
        from benchmarks.fuzz.targets import TARGETS

        import_all()
    target = TARGETS[name]
    inputs = folder / name
    inputs.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate((*target.seeds, *corpus.load(name), *corpus.load(f"{name}-broken"))):
        (inputs / f"kept-{number}").write_bytes(data)
    warnings.simplefilter("error")
    options = [f"-max_total_time={seconds}", f"-max_len={target.longest}", "-timeout=10", "-rss_limit_mb=2048"]
    options += [f"-artifact_prefix={folder / name}-", "-print_final_stats=1", "-verbosity=1"]
    atheris.Setup([sys.argv[0], *options, str(inputs)], target.check)
    atheris.Fuzz()


def import_all() -> None:
    """Import the modules that the program imports late, so that they are instrumented, too."""
    import recommender.sources

    for module in walk_packages(recommender.sources.__path__, "recommender.sources."):
        import_module(module.name)
    import_module("recommender.text.latex_rules")


if __name__ == "__main__":
    main()
