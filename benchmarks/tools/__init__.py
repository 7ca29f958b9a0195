"""How other tools rank a day: each module is a program of its own, so that none waits for another's imports.

`python -m benchmarks.tools.NAME FOLDER` reads the papers, likes and new day in FOLDER, prints the ids of the ten best
papers, and keeps in FOLDER what the tool itself would keep. With `--again` it ranks the same day after a new like.
"""
