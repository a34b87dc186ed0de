"""Print every benchmark, one after the other: ``make bench``."""

from benchmarks import explorer, pages

print("What a reader's first page costs")
pages.main()
print("\nA table of 100,000 rows in the browser")
explorer.main()
