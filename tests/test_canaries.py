"""Secrets of the machine, of the repository and of another package never come out, whatever the SQL asks for."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.making import (
    V2,
    Files,
    as_json,
    command,
    described,
    git,
    library_books,
    parking_fines,
    put,
    repository,
    table,
    tree,
    write,
)

SECRET = "canary-7f3a9c"  # noqa: S105  # it is made up
"""In every secret, with a word of its own before it."""

ASKING = """
SELECT getenv('CANARY') AS x ORDER BY 1
SELECT getenv('HOME') AS x ORDER BY 1
SELECT current_setting('home_directory') AS x ORDER BY 1
SELECT current_setting('temp_directory') AS x ORDER BY 1
SELECT current_setting('secret_directory') AS x ORDER BY 1
SELECT current_setting('custom_user_agent') AS x ORDER BY 1
SELECT getvariable('CANARY') AS x ORDER BY 1
SELECT current_user AS x ORDER BY 1
SELECT current_database() AS x, current_schemas(true)::VARCHAR AS y ORDER BY 1
SELECT * FROM duckdb_settings() ORDER BY 1
SELECT * FROM duckdb_secrets() ORDER BY 1
SELECT * FROM duckdb_databases() ORDER BY 1
SELECT * FROM duckdb_tables() ORDER BY 1
SELECT * FROM duckdb_temporary_files() ORDER BY 1
SELECT * FROM duckdb_logs ORDER BY 1
SELECT * FROM information_schema.tables ORDER BY 1
SELECT * FROM information_schema.schemata ORDER BY 1
SELECT * FROM pg_catalog.pg_settings ORDER BY 1
SELECT * FROM pragma_database_list() ORDER BY 1
SELECT * FROM which_secret('s3://x', 's3') ORDER BY 1
PRAGMA database_list
PRAGMA show_tables
SHOW ALL TABLES
SUMMARIZE fines
DESCRIBE fines
CALL duckdb_settings()
SELECT * FROM read_csv('{file}') ORDER BY 1
SELECT * FROM read_csv('{file}', auto_detect = true, ignore_errors = true, store_rejects = true) ORDER BY 1
SELECT * FROM read_csv_auto('{folder}/*') ORDER BY 1
SELECT * FROM read_text('{file}') ORDER BY 1
SELECT * FROM read_text('{folder}/**') ORDER BY 1
SELECT * FROM read_blob('{file}') ORDER BY 1
SELECT * FROM read_json('{file}') ORDER BY 1
SELECT * FROM read_json_objects('{file}') ORDER BY 1
SELECT * FROM read_ndjson('{file}') ORDER BY 1
SELECT * FROM read_parquet('{folder}/*.parquet') ORDER BY 1
SELECT * FROM parquet_metadata('{file}') ORDER BY 1
SELECT * FROM parquet_kv_metadata('{file}') ORDER BY 1
SELECT * FROM sniff_csv('{file}') ORDER BY 1
SELECT * FROM glob('{folder}/*') ORDER BY 1
SELECT * FROM glob('**') ORDER BY 1
SELECT * FROM '{file}' ORDER BY 1
SELECT * FROM "{file}" ORDER BY 1
SELECT * FROM 'file://{file}' ORDER BY 1
SELECT * FROM read_text('/proc/self/environ') ORDER BY 1
SELECT * FROM read_text('/proc/self/cmdline') ORDER BY 1
SELECT * FROM read_text('/dev/stdin') ORDER BY 1
SELECT * FROM read_text('.git/config') ORDER BY 1
SELECT * FROM read_text('~/.netrc') ORDER BY 1
SELECT * FROM read_csv('http://127.0.0.1:9/{word}') ORDER BY 1
SELECT * FROM query('SELECT * FROM read_text(''{file}'')') ORDER BY 1
SELECT * FROM query_table('{file}') ORDER BY 1
SELECT * FROM query_table(['{file}']) ORDER BY 1
SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''{file}'')')) ORDER BY 1
SELECT * FROM p_neighbour.potholes ORDER BY 1
SELECT * FROM neighbour.potholes ORDER BY 1
SELECT * FROM potholes ORDER BY 1
SELECT (SELECT content FROM read_text('{file}')) AS x ORDER BY 1
SELECT error((SELECT content FROM read_text('{file}'))) AS x ORDER BY 1
SELECT CAST((SELECT content FROM read_text('{file}')) AS INTEGER) AS x ORDER BY 1
SELECT CAST(current_setting('home_directory') AS INTEGER) AS x ORDER BY 1
WITH x AS (FROM read_text('{file}')) SELECT * FROM x ORDER BY 1
WITH x AS MATERIALIZED (FROM read_text('{file}')) SELECT * FROM x ORDER BY 1
SELECT * FROM fines, LATERAL (SELECT * FROM read_text('{file}')) ORDER BY 1
SELECT * FROM fines POSITIONAL JOIN read_text('{file}') ORDER BY 1
SELECT list_transform(['{file}'], lambda f: (SELECT content FROM read_text(f))) AS x ORDER BY 1
PIVOT (SELECT * FROM read_csv('{file}')) ON pin
ATTACH '{file}' AS other
ATTACH 'sqlite:{file}' AS other
COPY fines FROM '{file}'
COPY (SELECT * FROM read_text('{file}')) TO '{folder}/out.csv'
IMPORT DATABASE '{folder}'
INSTALL httpfs
LOAD '{file}'
SET VARIABLE x = (SELECT content FROM read_text('{file}'))
SET enable_external_access = true
RESET lock_configuration
CREATE SECRET s (TYPE http, EXTRA_HTTP_HEADERS MAP {'a': 'b'})
CREATE TABLE mine AS FROM read_text('{file}')
CREATE MACRO mine() AS TABLE FROM read_text('{file}')
EXPLAIN ANALYZE SELECT * FROM read_text('{file}')
SELECT 1 AS x ORDER BY 1; SELECT * FROM read_text('{file}') ORDER BY 1
SELECT * FROM fines WHERE street LIKE (SELECT content FROM read_text('{file}')) ORDER BY 1
SELECT write_log((SELECT content FROM read_text('{file}'))) AS x ORDER BY 1
SELECT parse_path(current_setting('home_directory')) AS x ORDER BY 1
SELECT getenv((SELECT 'CANARY')) AS x ORDER BY getenv('CANARY')
"""


@pytest.fixture
def secrets(tmp_path: Path) -> dict[str, Path]:
    """Write a secret into a home, and one into a folder for whatever is temporary."""
    home = write(tmp_path / "home", {".netrc": f"password home-{SECRET}\n", "pin.csv": f"pin\nhome-{SECRET}\n"})
    temporary = write(tmp_path / "temporary", {"pin.csv": f"pin\ntemporary-{SECRET}\n"})
    return {"home": home, "temporary": temporary}


def asked(secrets: dict[str, Path], root: Path) -> list[str]:
    """Give every text, each about another of the files that hold a secret."""
    files = [
        secrets["home"] / "pin.csv",
        secrets["temporary"] / "pin.csv",
        root / ".git" / "config",
        root / "datapackages" / "neighbour" / "potholes.csv",
    ]
    texts = ASKING.strip().splitlines()
    return [
        text.replace("{file}", str(file)).replace("{folder}", str(file.parent)).replace("{word}", SECRET.upper())
        for number, text in enumerate(texts)
        for file in (files[number % 4],)
    ]


def made(root: Path, packages: dict[str, Files], content: Files) -> Path:
    """Write a repository whose settings of git hold a secret."""
    repository(root, packages, content=content)
    git(root, "init", "--quiet")
    git(root, "config", "remote.origin.url", f"https://reader:git-{SECRET}@example.org/")
    return root


def neighbour() -> Files:
    """Make a package that holds a secret in its table; it is not sound, so that nothing of it is published."""
    files = table(f"pin\nneighbour-{SECRET}\n", {"name": "pin", "type": "string"})
    return described(files, lambda descriptor: descriptor.update({"created": "never"}))


def queries(texts: list[str]) -> Files:
    """Make a summary of each text."""
    header = '-- title = "Asked"\n-- trail = "There are no records."\n'
    return {f"summaries/asked-{number}.sql": f"{header}{text}\n" for number, text in enumerate(texts)}


def built(root: Path, secrets: dict[str, Path]) -> str:
    """Build through the command, and give all that it says."""
    environment = {"CANARY": f"environment-{SECRET}", "AWS_SECRET_ACCESS_KEY": f"environment-{SECRET}"}
    homes = {"HOME": str(secrets["home"]), "TMPDIR": str(secrets["temporary"])}
    done = command("build", "--debug", "--root", root, "--history", "optional", **environment, **homes)
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def answered(root: Path, secrets: dict[str, Path], folder: str, texts: list[str]) -> list[str]:
    """Build, hold what is said against the secrets, and give the texts that nothing was said of."""
    said = built(root, secrets)
    assert SECRET not in said.replace("\n", ""), said
    assert not (root / "dist").exists()
    return [text for number, text in enumerate(texts) if f"{folder}/asked-{number}.sql" not in said]


def unpacked(data: bytes) -> Iterator[bytes]:
    """Give the bytes of a file, and of all that is packed in it."""
    yield data
    if data.startswith(b"\x1f\x8b"):
        yield gzip.decompress(data)
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield from unpacked(archive.read(name))


def test_no_secret_is_told_to_the_sql_of_a_package(tmp_path: Path, secrets: dict[str, Path]) -> None:
    """In its summaries and in the SQL of its published figures; what is answered at all is then published."""
    root = tmp_path / "site"
    texts = asked(secrets, root)
    figure = {"statement": "Total issued: 6", "value": 6, "line": 6, "explanation": "Not known."}
    figures = [{**figure, "name": f"figure-{number}", "sql": text} for number, text in enumerate(texts)]
    fines = described(parking_fines(), put("foi", "publishedFigures", value=figures))
    packages = {"parking-fines": {**fines, **queries(texts)}, "neighbour": neighbour()}
    harmless = answered(made(root, packages, {}), secrets, "summaries", texts)
    assert len(harmless) < 10, harmless
    again = made(tmp_path / "again", {"library-books": {**library_books(), **queries(harmless)}}, {})
    said = built(again, secrets)
    assert "Built" in said, said
    found = [path for path, data in tree(again / "dist").items() for each in unpacked(data) if SECRET.encode() in each]
    assert found == []
    assert SECRET not in said


def test_no_secret_is_told_to_the_sql_of_content(tmp_path: Path, secrets: dict[str, Path]) -> None:
    """It sees every package, and what no package holds is not its business."""
    root = tmp_path / "site"
    texts = asked(secrets, root)
    content: Files = {"index.md": "# Home\n\nWelcome.\n", **queries(texts)}
    harmless = answered(made(root, {"library-books": library_books()}, content), secrets, "content/summaries", texts)
    assert len(harmless) < 10, harmless


def test_no_secret_is_told_to_the_sql_of_a_compiled_table(tmp_path: Path, secrets: dict[str, Path]) -> None:
    """Its answer would be published as a table."""
    root = tmp_path / "site"
    texts = asked(secrets, root)
    resources = [
        {
            "name": f"asked-{number}",
            "path": f"data/asked-{number}.csv",
            "foi": {"compiled": f"compile/asked-{number}.sql", "kind": "records", "unit": "rows"},
            "schema": {"fields": [{"name": "x"}]},
        }
        for number in range(len(texts))
    ]
    compiled: Files = {
        "datapackage.json": as_json({"$schema": V2, "name": "all-of-it", "resources": resources}),
        **{f"compile/asked-{number}.sql": text for number, text in enumerate(texts)},
    }
    made(root, {"library-books": library_books(), "all-of-it": compiled}, {})
    assert answered(root, secrets, "compile", texts) == []


def test_a_secret_that_were_told_would_be_found(tmp_path: Path) -> None:
    """In a packed file too."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.gz", gzip.compress(json.dumps(SECRET).encode()))
    write(tmp_path, {"a.zip": packed.getvalue()})
    assert any(SECRET.encode() in each for each in unpacked((tmp_path / "a.zip").read_bytes()))
