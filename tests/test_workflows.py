"""The GitHub workflows give nothing away and run only what was pinned."""

import os
import re
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # ships no types; it comes with frictionless

from tests.tools import ROOT, zizmor

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))


def workflow(name: str) -> Any:
    """Read a workflow."""
    return yaml.safe_load((GITHUB / "workflows" / name).read_text("utf-8"))


def permissions(name: str) -> dict[str, dict[str, str]]:
    """Give the permissions of each job of a workflow, the workflow itself giving none."""
    read = workflow(name)
    assert read["permissions"] == {}
    return {job: about["permissions"] for job, about in read["jobs"].items()}


def test_zizmor_finds_nothing_but_what_is_ignored_with_its_reason() -> None:
    """Its strictest reading, without the network, of everything under .github."""
    program = zizmor()
    assert program is not None, "zizmor is not installed; make test installs it"
    strict = ["--offline", "--no-progress", "--strict-collection", "--persona=pedantic", "--no-config"]
    done = subprocess.run([program, *strict, GITHUB], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    ignored = [line for path in WORKFLOWS for line in path.read_text("utf-8").splitlines() if "zizmor: ignore" in line]
    assert len(ignored) == 1
    assert re.search(r"workflow_run: # zizmor: ignore\[dangerous-triggers\] \w.{20,}", ignored[0])


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit(workflow: Path) -> None:
    """A tag can be moved to other code; a commit cannot. The comment says which version it is."""
    uses = re.findall(r"uses:\s*(.*)", workflow.read_text(encoding="utf-8"))
    assert bool(uses) == (workflow.name != "comment.yml")
    assert [use for use in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


@pytest.mark.parametrize("name", ["check.yml", "code.yml"])
def test_what_a_pull_request_runs_with_gets_no_more_than_reading(name: str) -> None:
    """Also of what is not its own code."""
    assert set(map(str, permissions(name).values())) == {"{'contents': 'read'}"}
    assert "secrets." not in (GITHUB / "workflows" / name).read_text("utf-8")


def test_the_tool_that_checks_is_not_the_pull_requests() -> None:
    """Nor are the templates and settings; of the pull request nothing is installed or run."""
    steps = workflow("check.yml")["jobs"]["check"]["steps"]
    tool = next(step for step in steps if step.get("with", {}).get("path") == "tool")
    assert tool["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    commands = "\n".join(step.get("run", "") for step in steps)
    programs = re.findall(r"(\S*site-builder) (?:check|report|build)", commands)
    assert len(programs) == 4
    assert set(programs) == {"tool/.venv/bin/site-builder"}
    assert "make -C tool" in commands
    assert not re.search(r"proposed/\S*(?:bin|make|requirements|site_builder)", commands)


def run(name: str, step: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step's commands in a folder."""
    jobs = workflow(name)["jobs"].values()
    script = next(each["run"] for job in jobs for each in job["steps"] if each.get("name") == step)
    env = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), **environment}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, env=env)


def test_only_packages_and_content_are_taken_of_a_proposal(tmp_path: Path) -> None:
    """Its templates, which are code, are not."""
    for path in ("tool/templates/a.html", "tool/site.toml", "tool/node_modules/x", "proposed/templates/evil.html"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path.partition("/")[0])
    (tmp_path / "proposed" / "datapackages").mkdir()
    (tmp_path / "proposed" / "site.toml").symlink_to(tmp_path / "tool" / "templates" / "a.html")
    done = run("check.yml", "Take of the proposal only its packages and content", tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "proposed" / "templates").iterdir()] == ["a.html"]
    assert (tmp_path / "proposed" / "site.toml").read_text() == "tool"
    assert not (tmp_path / "proposed" / "site.toml").is_symlink()


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """It would lead out of the tree."""
    (tmp_path / "proposed").mkdir()
    (tmp_path / "proposed" / "datapackages").symlink_to("/etc")
    done = run("check.yml", "Take of the proposal only its packages and content", tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("::error title=link::datapackages is a link.")


# --- the comment -----------------------------------------------------------------------------------------------------

GH = """\
#!/bin/bash
# Stands in for GitHub: answers from files, and keeps what it is sent.
echo "$*" >> asked.txt
case "$*" in
  *artifacts/7/zip*) cat hostile.zip ;;
  *runs/5/artifacts*) echo 7 ;;
  *pulls*) echo 12 ;;
  *"issues/12/comments --jq"*) cat comments.txt ;;
  *"body=@comment.md"*) cp comment.md sent.md ;;
esac
"""


def commented(folder: Path, report: bytes, comments: str = "") -> tuple[str, str]:
    """Run the workflow that comments with a report, and give what was sent, and what was asked of GitHub."""
    program = folder / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(GH)
    program.chmod(0o755)
    (folder / "comments.txt").write_text(comments)
    with zipfile.ZipFile(folder / "hostile.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.txt", report)
        archive.writestr("../../escaped.txt", "x")
    env: Mapping[str, str] = {
        "REPOSITORY": "someone/answers",
        "RUN": "5",
        "RUN_ADDRESS": "https://example.org/run/5",
        "HEAD_SHA": "a" * 40,
        "HEAD_OWNER": "stranger",
        "HEAD_BRANCH": "$(touch owned)",
        "MARK": workflow("comment.yml")["jobs"]["comment"]["env"]["MARK"],
    }
    for step in workflow("comment.yml")["jobs"]["comment"]["steps"]:
        done = run("comment.yml", step["name"], folder, **env)
        assert done.returncode == 0, done.stderr
    assert not (folder / "owned").exists()
    assert not (folder.parent.parent / "escaped.txt").exists()
    sent = folder / "sent.md"
    return sent.read_text() if sent.exists() else "", (folder / "asked.txt").read_text()


def test_the_comment_checks_nothing_out() -> None:
    """And may write comments alone, in its one job."""
    assert permissions("comment.yml") == {"comment": {"actions": "read", "pull-requests": "write"}}
    assert all("uses" not in step for step in workflow("comment.yml")["jobs"]["comment"]["steps"])


def test_a_comment_is_the_report_as_text(tmp_path: Path) -> None:
    """Under a mark by which it is found again."""
    sent, asked = commented(tmp_path, b"Adds 1 package.\nNothing is wrong.\n")
    assert sent == (
        "<!-- site-builder report -->\n"
        "What this changes, as of aaaaaaaaaaaa:\n\n"
        "```text\nAdds 1 package.\nNothing is wrong.\n\n```\n\n"
        "[Annotations, summary and preview](https://example.org/run/5)\n"
    )
    assert "--method POST repos/someone/answers/issues/12/comments" in asked
    assert "head=stranger:$(touch owned)" in asked


def test_the_comment_that_is_there_is_mended(tmp_path: Path) -> None:
    """There is only ever one."""
    _, asked = commented(tmp_path, b"Nothing is wrong.\n", "88\n")
    assert "--method PATCH repos/someone/answers/issues/comments/88" in asked
    assert "POST" not in asked


def test_a_hostile_report_does_nothing_in_a_comment(tmp_path: Path) -> None:
    """It cannot leave the block of code, fill the page, or hide characters."""
    hostile = b"```\n@everyone ![x](https://example.org/x.png) `\x1b[31m\xe2\x80\xae\n" + b"A" * 50_000 + b"\nB\n" * 500
    sent, _ = commented(tmp_path, hostile)
    inside = sent.partition("```text\n")[2].rpartition("\n```")[0]
    assert "`" not in inside
    assert inside.isascii()
    assert "\x1b" not in inside
    assert len(sent) < 5_000
    assert len(sent.splitlines()) < 40


def test_a_report_that_is_not_there_gives_no_comment(tmp_path: Path) -> None:
    """As where the check was broken off."""
    sent, asked = commented(tmp_path, b"")
    assert sent == ""
    assert "POST" not in asked


def test_only_runs_on_main_keep_what_later_runs_on_main_take() -> None:
    """So nothing that a pull request makes is ever in a site: no other workflow has a cache."""
    caching = [path.name for path in WORKFLOWS if "actions/cache" in path.read_text("utf-8")]
    assert caching == ["publish.yml"]
    read = workflow("publish.yml")
    assert read[True]["push"] == {"branches": ["main"]}  # YAML reads "on" so
    assert "pull_request" not in str(read[True])
    assert read["jobs"]["build"]["if"] == "github.ref == 'refs/heads/main'"
    steps = [step.get("uses", "").partition("@")[0] for step in read["jobs"]["build"]["steps"]]
    assert steps.count("actions/cache") == 1
    cache = read["jobs"]["build"]["steps"][steps.index("actions/cache")]["with"]
    assert "${{ github.sha }}" in cache["key"]
    assert set(cache["path"].split()) == {f".cache/site-builder/{name}" for name in ("packages", "pieces", "workings")}
