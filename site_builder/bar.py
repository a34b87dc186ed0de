"""Draw progress as a bar on a terminal; where there is none nobody waits for what draws it to be imported."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from site_builder.progress import STAGES

_Told = Callable[[str], None]


@contextmanager
def shown(total: int) -> Iterator[tuple[_Told, _Told]]:
    """Show so many packages, and give what is told of each that is done, and of each stage that begins."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), _Count(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _bars(bar, total)


def _bars(bar: Progress, total: int) -> tuple[_Told, _Told]:
    """Show two lines: the packages, with the one that was done last, and the stage of the whole that is under way."""
    packages = bar.add_task("Packages", total=total)
    stages: list[TaskID] = []

    def package(name: str) -> None:
        bar.update(packages, advance=1, description=name)

    def stage(name: str) -> None:
        for begun in stages:
            bar.remove_task(begun)
        stages[:] = [bar.add_task(STAGES[name], total=None)] if name in STAGES else []

    return package, stage


class _Count(MofNCompleteColumn):
    """Counts what has a number."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.total is not None else Text()
