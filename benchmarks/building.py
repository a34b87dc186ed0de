"""Measure whole builds of N packages, and how they grow with N, beside the alternatives on the same packages.

``python -m benchmarks.building [--record] [N...]`` runs the command ``site-builder build`` as anybody would: cold, with
one package changed, with nothing changed; and, in turn with it, each alternative that is installed. With ``--record``
the tables go into ``benchmarks/README.md`` and ``docs/SCALING.md`` as well.
"""

import gzip
import math
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Request, sync_playwright

from benchmarks import synthetic
from benchmarks.measuring import Measured, measure
from benchmarks.peers import PEERS, Peer, put_aside
from benchmarks.recording import record, today
from site_builder import urls
from tests.browser.serving import serving
from tests.ensure_browser import find_browser

SIZES = (10, 100)
OURS = "site-builder"
CHANGED = 3
"""The package that is changed."""
RUNS, FEWER, MANY = 3, 1, 1000
"""Runs of each build, of which the median counts; from so many packages on, fewer."""
SLOW = {"Observable Framework": 1000, "MkDocs": 1000}
"""Those that would take many minutes beyond so many packages, which are left out."""
COLD, ONE, AGAIN, NOTHING = "cold", "one changed", "another changed later", "nothing changed"
LATER = 3
"""Packages that are changed later, one after the other: the first change lays out a second copy of the site."""
TIMEOUT = 7200.0
"""Seconds that a build may take."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a response's page costs a reader, as a server sends it compressed."""

    html: int
    """Bytes of the page and its styles."""
    all: int
    """Bytes of everything that is fetched."""
    requests: int


@dataclass(frozen=True, slots=True)
class Site:
    """What was built."""

    size: int
    files: int
    shared: Mapping[str, int]
    """Bytes of what lists or holds all packages."""


MOST_SHARED = 12
"""Of what is not a package's own, so many files and folders are listed, the largest first."""
MINUTES, PUBLISHED = 10, 1_000_000_000
"""What GitHub Pages allows: minutes of a deployment, and bytes of a site."""
FAR = 100_000
"""The number of packages that is looked ahead to."""
Times = dict[tuple[str, int, str], list[Measured]]
"""By tool, number of packages, and what was built."""


def main(sizes: Sequence[int] = SIZES, *, kept: bool = False) -> None:
    """Measure, and print tables; put them into the documents if they shall be kept."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        print(machine())
        peers = [peer for peer in PEERS if not _say(peer.missing())]
        times: Times = {}
        sites: dict[tuple[str, int], Site] = {}
        stages: dict[int, dict[str, float]] = {}
        pages: dict[str, Page] = {}
        for n in sizes:
            folder = Path(scratch) / str(n)
            for tool, site, took, weighed in _size(folder, n, peers, stages, weigh=n == min(sizes)):
                times |= took
                sites[tool, n] = site
                pages |= {tool: weighed} if weighed else {}
    lines = report(sizes, [OURS, *(peer.name for peer in peers)], times, sites, stages, pages)
    ahead = scaling(max(sizes), times, sites[OURS, max(sizes)])
    print("\n".join([*lines, "", *ahead]))
    if kept:
        on = f"Measured in {today()} on {machine()}."
        record("benchmarks/README.md", "builds", [on, *lines])
        record("docs/SCALING.md", "builds", [on, "", *ahead])


def _say(sentence: str) -> str:
    if sentence:
        print(sentence)
    return sentence


def machine() -> str:
    """Say what it is measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    kind = name[1] if name else platform.machine()
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores ({kind}), {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


# --- one number of packages ------------------------------------------------------------------------------------------


def _size(
    folder: Path, n: int, peers: Iterable[Peer], stages: dict[int, dict[str, float]], *, weigh: bool
) -> Iterator[tuple[str, Site, Times, Page | None]]:
    """Measure every tool on so many packages, in turns, so that what else the machine does hits all alike."""
    root = synthetic.write_repository(folder / "repository", n)
    packages = root / "datapackages"
    shown = [peer for peer in peers if n <= SLOW.get(peer.name, n)]
    for peer in shown:
        peer.prepare(folder / peer.name, packages)
    times: Times = {}
    failed: set[str] = set()
    for run in range(FEWER if n >= MANY else RUNS):
        _take(times, (OURS, n, COLD), _ours(folder, fresh=True), failed)
        for peer in shown:
            peer.forget(folder / peer.name)
            _take(times, (peer.name, n, COLD), _theirs(peer, folder), failed)
        synthetic.change_package(root, CHANGED, draw=run + 1)
        _take(times, (OURS, n, ONE), _ours(folder), failed)
        _take(times, (OURS, n, NOTHING), _ours(folder), failed)
        for peer in shown:
            if peer.folder == "mkdocs":
                name = synthetic.name(CHANGED)
                shutil.copyfile(
                    packages / name / "data" / "records.csv", folder / peer.name / "pages" / name / "records.csv"
                )
            _take(times, (peer.name, n, ONE), _theirs(peer, folder), failed)
        for other in range(CHANGED + 1, CHANGED + 1 + LATER):
            synthetic.change_package(root, other, draw=run + 1)
            _take(times, (OURS, n, AGAIN), _ours(folder), failed)
    stages[n] = _stages(times[OURS, n, COLD][-1].output, n)
    for tool, out, page in ((OURS, folder / "dist", urls.package(synthetic.name(CHANGED))), *_outs(shown, folder)):
        mine = {key: measured for key, measured in times.items() if key[0] == tool}
        yield tool, _site(out), mine, _weigh(out, page) if weigh and tool not in failed else None


def _outs(peers: Iterable[Peer], folder: Path) -> Iterator[tuple[str, Path, str]]:
    for peer in peers:
        yield peer.name, folder / peer.name / peer.out, peer.page


def _take(times: Times, key: tuple[str, int, str], measured: Measured, failed: set[str]) -> None:
    times.setdefault(key, []).append(measured)
    if measured.code and key[0] not in failed:
        failed.add(key[0])
        print(f"{key[0]} failed on {key[1]:,} packages ({key[2]}):\n{measured.output[-2000:]}")


def _ours(folder: Path, *, fresh: bool = False) -> Measured:
    """Build with the command that anybody uses; afresh means that nothing of an earlier build is there.

    Only then is it asked where the time went: a build that has little to do might do that quicker without.
    """
    if fresh:
        put_aside(folder / "dist", folder)
        put_aside(folder / "cache", folder)
    options = ("--root", folder / "repository", "--out", folder / "dist", "--cache", folder / "cache")
    asked = ("--profile",) if fresh else ()
    return measure([sys.executable, "-m", "site_builder", "build", *options, *asked], folder, timeout=TIMEOUT)


def _theirs(peer: Peer, folder: Path) -> Measured:
    packages = folder / "repository" / "datapackages"
    command = [str(packages) if part == "PACKAGES" else part for part in peer.command]
    if peer.folder == "bare":
        put_aside(folder / peer.name / peer.out, folder)
    return measure(command, folder / peer.name, {**peer.environment, "PACKAGES": str(packages)}, TIMEOUT)


def _stages(output: str, n: int) -> dict[str, float]:
    """Read milliseconds a package, by stage, from what --profile says."""
    stages: dict[str, float] = {}
    for line in output.splitlines():
        if match := re.fullmatch(r"  (\w[\w ]*?)\s+(\d+\.\d\d)\s+\d+\.\d\d(?:\s+\d+\.\d)?", line):
            stages[match[1]] = stages.get(match[1], 0.0) + 1000 * float(match[2]) / n
    return {stage: spent for stage, spent in stages.items() if stage not in {"in all", "packages"}}


def _site(out: Path) -> Site:
    files = [path for path in out.rglob("*") if path.is_file()]
    shared: dict[str, int] = {}
    for path in files:
        first, *rest = path.relative_to(out).parts
        if not rest or not rest[0].startswith(synthetic.name(0)[:4]):
            name = f"{first}/" if rest else first
            shared[name] = shared.get(name, 0) + path.stat().st_size
    return Site(sum(path.stat().st_size for path in files), len(files), shared)


def _weigh(out: Path, page: str) -> Page | None:
    """Load a response's page in a browser, and count what it fetches."""
    executable = find_browser()
    if executable is None:
        return None
    fetched: set[str] = set()

    def note(request: Request) -> None:
        fetched.add(request.url)

    with serving(out, compressed=True) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        tab = browser.new_page()
        tab.on("request", note)
        name = f"{page}.html" if (out / f"{page}.html").exists() else page
        tab.goto(url + name, wait_until="networkidle")
        browser.close()
        below = {address.removeprefix(url).partition("?")[0] for address in fetched if address.startswith(url)}
    own = [_file(out, path) for path in below]
    texts = [file for file in own if file and file.suffix in {".html", ".css"}]
    return Page(sum(map(_sent, texts)), sum(_sent(file) for file in own if file), len(fetched))


def _file(out: Path, path: str) -> Path | None:
    file = out / path
    file = file / "index.html" if file.is_dir() else file
    return file if file.is_file() else None


def _sent(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 6))


# --- tables ----------------------------------------------------------------------------------------------------------


def report(  # noqa: PLR0913, PLR0917  # what was measured, one for each kind
    sizes: Sequence[int],
    tools: Sequence[str],
    times: Times,
    sites: Mapping[tuple[str, int], Site],
    stages: Mapping[int, Mapping[str, float]],
    pages: Mapping[str, Page],
) -> list[str]:
    """Write the tables, in Markdown."""
    lines = ["", "Seconds, and the processor's seconds in brackets; peak memory of all processes together.", ""]
    lines += _table(["tool", *(f"{n:,} packages" for n in sizes)], _whole(sizes, tools, times))
    lines += [
        "",
        "How many times as long as each alternative site-builder takes, cold; the processor's in brackets.",
        "",
    ]
    lines += _table(["against", *(f"{n:,}" for n in sizes)], _ratios(sizes, tools, times))
    lines += [
        "",
        "Milliseconds a package, cold; the processor's in brackets. Growth is the power of N by which the",
        "",
    ]
    lines[-2] += " processor's time grows from the last number but one to the last: 1 is in proportion."
    lines += _table(["tool", *(f"{n:,}" for n in sizes), "growth"], _growth(sizes, tools, times))
    lines += [
        "",
        "Milliseconds a package, cold, by stage; packages are built side by side, the rest in one process.",
        "",
    ]
    lines += _table(["stage", *(f"{n:,}" for n in sizes)], _by_stage(sizes, stages))
    lines += ["", "The site, and a response's page as it is sent compressed.", ""]
    header = ["tool", "MB a package", "files a package", "HTML and CSS, kB", "all that is fetched, kB", "requests"]
    return [*lines, *_table(header, _sizes(max(sizes), tools, sites, pages))]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows)]


def _whole(sizes: Sequence[int], tools: Sequence[str], times: Times) -> Iterator[list[str]]:
    for tool in tools:
        for what in (COLD, ONE, AGAIN, NOTHING):
            if any((tool, n, what) in times for n in sizes):
                yield [f"{tool}, {what}", *(_cell(times.get((tool, n, what), [])) for n in sizes)]


def _cell(runs: Sequence[Measured]) -> str:
    if not runs or any(run.code for run in runs):
        return "failed" if runs else ""
    wall, cpu, memory = _medians(runs)
    return f"{wall:.2f} ({cpu:.2f}), {memory / 1e6:,.0f} MB"


def _ratios(sizes: Sequence[int], tools: Sequence[str], times: Times) -> Iterator[list[str]]:
    for tool in tools:
        if tool != OURS:
            yield [tool, *(_ratio(times.get((OURS, n, COLD), []), times.get((tool, n, COLD), [])) for n in sizes)]


def _ratio(ours: Sequence[Measured], theirs: Sequence[Measured]) -> str:
    if not ours or not theirs or any(run.code for run in (*ours, *theirs)):
        return ""
    wall = median(run.wall for run in ours) / median(run.wall for run in theirs)
    cpu = median(run.cpu for run in ours) / median(run.cpu for run in theirs)
    return f"{wall:.2f} ({cpu:.2f})"


def _growth(sizes: Sequence[int], tools: Sequence[str], times: Times) -> Iterator[list[str]]:
    for tool in tools:
        runs = {n: times.get((tool, n, COLD), []) for n in sizes}
        sound = [n for n in sizes if runs[n] and not any(run.code for run in runs[n])]
        wall = {n: median(run.wall for run in runs[n]) for n in sound}
        cpu = {n: median(run.cpu for run in runs[n]) for n in sound}
        cells = [f"{1000 * wall[n] / n:.1f} ({1000 * cpu[n] / n:.1f})" if n in sound else "" for n in sizes]
        power = f"{math.log(cpu[sound[-1]] / cpu[sound[-2]], sound[-1] / sound[-2]):.2f}" if len(sound) > 1 else ""
        yield [tool, *cells, power]


def _by_stage(sizes: Sequence[int], stages: Mapping[int, Mapping[str, float]]) -> Iterator[list[str]]:
    names = dict.fromkeys(name for n in sizes for name in stages.get(n, {}))
    for name in names:
        yield [name, *(f"{stages.get(n, {}).get(name, 0.0):.1f}" for n in sizes)]


def _sizes(
    n: int, tools: Sequence[str], sites: Mapping[tuple[str, int], Site], pages: Mapping[str, Page]
) -> Iterator[list[str]]:
    for tool in tools:
        site, page = sites.get((tool, n)), pages.get(tool)
        size = [f"{site.size / n / 1e6:.3f}", f"{site.files / n:.1f}"] if site else ["", ""]
        cost = [f"{page.html / 1e3:.1f}", f"{page.all / 1e3:.1f}", str(page.requests)] if page else ["", "", ""]
        yield [tool, *size, *cost]


def scaling(n: int, times: Times, site: Site) -> list[str]:
    """Say what follows for larger sites from the largest that was measured, in proportion."""
    wall, cpu, memory = _medians(times[OURS, n, COLD])
    changed, _, _ = _medians(times[OURS, n, ONE])
    later, _, _ = _medians(times[OURS, n, AGAIN])
    nothing, _, _ = _medians(times[OURS, n, NOTHING])
    rows = [
        ["cold", f"{wall:.1f} s, {cpu:.1f} s of the processor's, {memory / 1e6:,.0f} MB"],
        ["a package, cold", f"{1000 * wall / n:.1f} ms, {1000 * cpu / n:.1f} ms of the processor's"],
        [f"packages in {MINUTES} minutes, cold, in proportion", f"{MINUTES * 60 * n / wall:,.0f}"],
        ["one package changed", f"{changed:.2f} s"],
        ["another changed later", f"{later:.2f} s"],
        ["nothing changed", f"{nothing:.2f} s"],
        ["the site", f"{site.size / 1e6:,.0f} MB in {site.files:,} files"],
        ["packages in 1 GB, in proportion", f"{PUBLISHED * n / site.size:,.0f}"],
    ]
    largest = sorted(site.shared.items(), key=lambda each: (-each[1], each[0]))[:MOST_SHARED]
    shared = [[f"`{name}`", f"{size / n / 1e3:.2f}", f"{size / n * FAR / 1e6:,.0f}"] for name, size in largest]
    lines = _table([f"a build of {n:,} packages of 200 records", "measured"], rows)
    return [
        *lines,
        "",
        *_table(["what is there once", "kB a package", f"MB at {FAR:,} packages, in proportion"], shared),
    ]


def _medians(runs: Sequence[Measured]) -> tuple[float, float, float]:
    return median(run.wall for run in runs), median(run.cpu for run in runs), median(run.memory for run in runs)


if __name__ == "__main__":
    main([int(given) for given in sys.argv[1:] if given != "--record"] or SIZES, kept="--record" in sys.argv)
