"""The rules of the house: which room may import which, and what may stand in no file."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
ROOMS = {
    "flows": {"flows", "tasks", "cluster", "data"},
    "tasks": {"tasks", "data"},
    "cluster": {"cluster", "data"},
    "data": {"data"},
}
MODULES = [path for room in ROOMS for path in sorted((CHECKOUT / room).rglob("*.py"))]
MOST_LINES = 400


def name_of(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def imports(path: Path) -> set[str]:
    """The modules that a file imports, wherever in the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: imports are written in full"
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_arrows_run_one_way(path: Path):
    room = path.relative_to(CHECKOUT).parts[0]
    rooms = {module.split(".")[0] for module in imports(path)} & set(ROOMS)
    assert rooms <= ROOMS[room], f"{name_of(path)}: {room} must not import {sorted(rooms - ROOMS[room])}"
    assert "tests" not in {module.split(".")[0] for module in imports(path)}


@pytest.mark.parametrize(
    "path", [path for path in MODULES if name_of(path).split("/")[0] != "flows"], ids=name_of
)
def test_prefect_stands_at_the_rim_alone(path: Path):
    uses = "prefect" in {module.split(".")[0] for module in imports(path)}
    assert not uses or (path.name == "task.py" and "tasks" in path.parts), (
        f"{name_of(path)}: only the doors of tasks/ and the flows know Prefect"
    )


DOORS = {"look", "task", "results", "ledger", "identities"}
"""Of each room of tasks/: what needs no server, the Prefect tasks, what these hand on, and the accounts."""


@pytest.mark.parametrize("path", sorted((CHECKOUT / "flows").rglob("*.py")), ids=name_of)
def test_flows_come_into_a_room_of_tasks_by_its_doors(path: Path):
    behind = {
        module
        for module in imports(path)
        if module.startswith("tasks") and module.split(".")[-1] not in DOORS
    }
    assert not behind, f"{name_of(path)} reaches behind the doors of tasks/, into {sorted(behind)}"


def test_what_is_looked_at_without_a_server_loads_neither_prefect_nor_dask():
    doors = [
        f"tasks.{path.parent.name}.{path.stem}"
        for name in ("look", "results")
        for path in sorted((CHECKOUT / "tasks").glob(f"*/{name}.py"))
    ]
    assert len(doors) > 10
    loaded = "{'prefect', 'dask', 'distributed'} & set(sys.modules)"
    code = f"import sys, {', '.join(doors)}; print({loaded})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CHECKOUT
    )
    assert done.stdout == "set()\n"


def test_no_task_makes_a_client():
    for path in (CHECKOUT / "tasks").rglob("*.py"):
        made = [
            node.lineno
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
            and ast.unparse(node.func).split(".")[-1] in {"Client", "LocalCluster"}
        ]
        assert not made, f"{name_of(path)}, lines {made}: the client is passed as an argument"


def test_the_top_level_is_the_commission_s():
    rooms = {"flows", "tasks", "cluster", "tests", "data", "docker"}
    assert rooms <= {path.name for path in CHECKOUT.iterdir() if path.is_dir()}
    assert (CHECKOUT / "pyproject.toml").is_file()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_fits_one_reading_and_says_what_it_is_for(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MOST_LINES
    assert ast.get_docstring(ast.parse(text))


def requirement_lines() -> list[str]:
    """The lines of pyproject.toml that name a package to install."""
    text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    sections = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert len(sections) == 2
    return [line for section in sections for line in section.splitlines() if line.strip().startswith('"')]


def test_each_dependency_has_its_reason_beside_it():
    assert not [line for line in requirement_lines() if not re.search(r'",\s+# \w', line)]


def test_every_dependency_is_locked():
    config = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    names = lambda wanted: {re.split(r"[\[=<>;]", one)[0] for one in wanted}  # noqa: E731
    for file, wanted in {
        "run.txt": names(config["project"]["dependencies"]),
        "dev.txt": names(config["project"]["dependencies"] + config["dependency-groups"]["dev"]),
    }.items():
        locked = set(
            re.findall(r"^([a-z0-9._-]+)", (CHECKOUT / "requirements" / file).read_text(), re.MULTILINE)
        )
        assert wanted <= locked, f"requirements/{file} lacks {sorted(wanted - locked)}; run: make lock"


@pytest.mark.parametrize("file", ["run.txt", "dev.txt", "s3.txt"])
def test_the_lock_has_a_hash_for_everything_and_names_no_host(file: str):
    text = (CHECKOUT / "requirements" / file).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"^[a-z0-9._-]+==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def texts() -> list[Path]:
    """The files of the repository that people wrote."""
    skipped = {".venv", ".git", "demo", "build", "__pycache__", "requirements"}
    suffixes = {".py", ".toml", ".md", ".csv", ".yaml", ".yml", ".cfg", ""}
    return [
        path
        for path in sorted(CHECKOUT.rglob("*"))
        if path.is_file()
        and path.suffix in suffixes
        and not any(
            part in skipped or part.endswith((".egg-info", "_cache")) or part == ".hypothesis"
            for part in path.relative_to(CHECKOUT).parts
        )
    ]


def test_no_file_names_a_package_registry_or_a_place_on_this_machine():
    # Put together here, so that this file does not name them either.
    hosts = [
        "py" + "pi.org",
        "python" + "hosted.org",
        "files.python" + "hosted",
        "registry." + "npmjs",
        "index" + "-url=",
    ]
    places = ["/" + "work" + "/", "/" + "root" + "/", "/opt/" + "wheels"]
    for path in texts():
        text = path.read_text(encoding="utf-8", errors="replace")
        found = [word for word in hosts + places if word in text]
        assert not found, f"{name_of(path)} names {found}"
