"""Install the alternatives: ``make bench-peers``."""

from benchmarks.peers import CACHE, install

install()
print(f"The alternatives are in {CACHE}.")
