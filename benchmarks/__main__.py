"""Print every benchmark, one after the other: ``make bench``.

``python -m benchmarks [--record] [N...]`` takes the numbers of packages to build; without any, those that take a few
minutes. With ``--record`` the figures go into the documents as well.
"""

import sys

from benchmarks import building, explorer, large, pages

kept = "--record" in sys.argv
print("Whole builds", flush=True)
building.main([int(given) for given in sys.argv[1:] if given != "--record"] or building.SIZES, kept=kept)
print("\nOne large table", flush=True)
large.main(kept=kept)
print("\nWhat a reader's first page costs", flush=True)
pages.main()
print("\nA table of 100,000 rows in the browser", flush=True)
explorer.main()
