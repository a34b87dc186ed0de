"""Run Vega-Lite and Vega inside this process, in an engine that reaches no file, no network and no font of a machine.

What `make` bundled is the only code that the engine is given; specifications and rows come to it as JSON, as data. An
engine serves a process for as long as it lives, within bounds of time and memory, and is replaced where it failed.
"""

import errno
import json
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

BUNDLES = Path(__file__).resolve().parents[1] / "node_modules" / ".site"
"""Where `make` puts what the build itself runs and draws with; beside this program, never in somebody's packages."""
SECONDS = 30
"""Time that the charts of one figure may take."""
MEMORY = 512 * 1024 * 1024
"""Bytes of the engine's heap."""


class NotInstalledError(FileNotFoundError):
    """Something that `make` puts beside this program is not there."""


def bundle(name: str) -> Path:
    """Give the path of what `make` installed for the build, or say that it is not there."""
    path = BUNDLES / name
    if not path.is_file():
        raise NotInstalledError(errno.ENOENT, "Charts need what make site installs, and it is not there", str(path))
    return path


def draw(charts: Sequence[dict[str, Any]]) -> list[str]:
    """Draw charts as SVG: each is a ``shape``, which is a Vega specification as JSON, its ``signals`` and its ``rows``.

    Raises the engine's own exception where it needs too much time or memory, or where a specification is none.
    """
    return list(map(str, json.loads(_call("draw", json.dumps(charts)))))


def compiled(vega_lite: dict[str, Any]) -> dict[str, Any]:
    """Compile Vega-Lite to Vega."""
    spec: dict[str, Any] = json.loads(_call("compile", json.dumps(vega_lite)))
    return spec


def _call(name: str, text: str) -> str:
    """Hand JSON to a function of a bundle; an engine that failed is never asked again."""
    try:
        return _function(name, os.getpid())(text, timeout_sec=SECONDS)
    except Exception:
        _function.cache_clear()
        _engine.cache_clear()
        raise


@lru_cache(maxsize=2)
def _function(name: str, process: int) -> Callable[..., str]:
    engine = _engine(process)
    engine.eval(f"{bundle(f'{name}.cjs').read_text('utf-8')}\n;0")
    function: Callable[..., str] = engine.eval(name)
    return function


@lru_cache(maxsize=1)
def _engine(process: int) -> Any:  # noqa: ANN401, ARG001  # the engine is imported here; a forked process has its own
    from py_mini_racer import MiniRacer  # noqa: PLC0415  # whoever draws nothing does not wait for it

    engine = MiniRacer()
    engine.set_hard_memory_limit(MEMORY)
    return engine
