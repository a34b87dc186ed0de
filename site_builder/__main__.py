"""Run the commands: ``site-builder``, or ``python -m site_builder``."""

import sys
from typing import NoReturn

from site_builder.unchanged import nothing_to_do


def main() -> NoReturn:
    """Run a command; a build that has nothing to do is over before all that it might need is imported."""
    if nothing_to_do(sys.argv[1:]):
        sys.exit(0)
    if sys.argv[1:2] == ["build"]:
        from site_builder import ahead  # noqa: PLC0415  # a twentieth of a second, which is spared where there is nothing to do

        ahead.begin()
    from site_builder.cli import main as run  # noqa: PLC0415  # half a second, likewise

    run()


if __name__ == "__main__":
    main()
