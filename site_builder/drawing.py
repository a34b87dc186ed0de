"""Run Vega-Lite and Vega inside this process, in an engine that reaches no file, no network and no font of a machine.

What `make` bundled is the only code that the engine is given; specifications and rows come to it as JSON, as data. An
engine serves a process for as long as it lives, within bounds of time and memory, and is replaced where it failed.
"""

import atexit
import errno
import json
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

BUNDLES = Path(__file__).resolve().parents[1] / "node_modules" / ".site"
"""Where `make` puts what the build itself runs and draws with; beside this program, never in somebody's packages."""
DRAWN_WITH = ("bold.ttf", "compile.cjs", "draw.cjs", "regular.ttf", "shapes.json")
"""Files in it that a drawing depends on."""
SECONDS = 30
"""Time that the charts of one package may take."""
MEMORY = 512 * 1024 * 1024
"""Bytes of the engine's heap."""


_ANY_THREAD = "--no-memory-protection-keys"
"""With such keys, only the thread that began an engine, or a child of it, may end it: another ends the process."""
_SMALL_NURSERY = "--max-semi-space-size=4"
"""Megabytes in which new values begin: few, which stay in a processor's cache, since a chart leaves next to nothing."""
_WAITING = "--initial-old-space-size=32"
"""Megabytes that older values may take before the engine first looks through all for what is no longer needed."""
_NO_LAST_TIER = "--no-opt"
"""What runs most would be compiled once more, which takes longer than the charts of a process do."""


class NotInstalledError(FileNotFoundError):
    """Something that `make` puts beside this program is not there."""


class EngineError(Exception):
    """The engine could not do what it was asked; what it said."""


def bundle(name: str) -> Path:
    """Give the path of what `make` installed for the build, or say that it is not there."""
    path = BUNDLES / name
    if not path.is_file():
        raise NotInstalledError(errno.ENOENT, "Charts need what make site installs, and it is not there", str(path))
    return path


def draw(charts: Sequence[dict[str, Any]]) -> list[str]:
    """Draw charts as SVG: each is a ``shape``, which is a Vega specification as JSON, its ``signals`` and its ``rows``.

    Raises EngineError where it needs too much time or memory, or where a specification is none.
    """
    filled = json.dumps([{"signals": chart["signals"], "rows": chart["rows"]} for chart in charts])
    return _call("draw", "\0".join([filled, *(chart["shape"] for chart in charts)])).split("\0")


def compiled(vega_lite: dict[str, Any]) -> dict[str, Any]:
    """Compile Vega-Lite to Vega."""
    spec: dict[str, Any] = json.loads(_call("compile", json.dumps(vega_lite)))
    return spec


def begin() -> None:
    """Begin the engine in a thread, while this one waits for something else; what is amiss is said when it draws."""
    if not _function.cache_info().currsize:
        threading.Thread(target=_begin).start()


def _begin() -> None:
    with suppress(NotInstalledError):
        _loaded("draw")


def forget() -> None:
    """End the engine, if there is one; the next drawing has a new one."""
    from py_mini_racer import JSEvalException  # noqa: PLC0415  # whoever draws nothing does not wait for it

    if _engine.cache_info().currsize:
        with suppress(JSEvalException):
            engine().eval("0")  # what was broken off comes to its end before this does
        engine().close()
    _function.cache_clear()
    _engine.cache_clear()


def engine() -> Any:  # noqa: ANN401  # the engine's type is imported where it is needed
    """Give this process's engine."""
    return _engine(os.getpid())


def _call(name: str, text: str) -> str:
    """Hand JSON to a function of a bundle; an engine that failed is never asked again."""
    from py_mini_racer import JSEvalException  # noqa: PLC0415  # whoever draws nothing does not wait for it

    try:
        return _loaded(name)(text, timeout_sec=SECONDS)
    except JSEvalException as error:
        forget()
        said = str(error).partition("\n")[0][:200]
        raise EngineError(said or "It took too much time or memory to draw.") from None


_LOADING = threading.Lock()
"""Two threads never load at once."""


def _loaded(name: str) -> Callable[..., str]:
    with _LOADING:
        return _function(name, os.getpid())


@lru_cache(maxsize=2)
def _function(name: str, process: int) -> Callable[..., str]:
    """Load a bundle, and give its function; a process that was forked loads its own."""
    made = _engine(process)
    made.eval(f"{bundle(f'{name}.cjs').read_text('utf-8')}\n;0")
    function: Callable[..., str] = made.eval(name)
    return function


@lru_cache(maxsize=1)
def _engine(process: int) -> Any:  # noqa: ANN401, ARG001  # the engine is imported here; the number is the cache's key
    # Whoever draws nothing does not wait for it.
    from py_mini_racer import DEFAULT_V8_FLAGS, MiniRacer, init_mini_racer  # noqa: PLC0415

    flags = [*DEFAULT_V8_FLAGS, _ANY_THREAD, _SMALL_NURSERY, _WAITING, _NO_LAST_TIER]
    init_mini_racer(flags=flags, ignore_duplicate_init=True)
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # likewise

    with ThreadPoolExecutor(1) as apart:  # it would take the event loop of this thread for its own, if there is one
        made = apart.submit(MiniRacer).result()
    made.set_hard_memory_limit(MEMORY)
    atexit.register(forget)
    return made
