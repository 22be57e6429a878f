"""The rules of the house: which room may import which, and what no file may contain."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
ROOMS = {
    "flows": {"flows", "tasks", "cluster", "data"},
    "tasks": {"tasks", "data"},
    "cluster": {"cluster", "data"},
    "data": {"data"},
}
"""What the modules of each top-level folder may import."""

OF_FLOWS = {
    "parts": {"parts", "run", "service"},
    "run": {"run"},
    "service": {"service", "run", "arrivals"},
    "investigate": {"parts", "run", "service"},
    "one_agency": {"investigate", "parts", "run", "service"},
    "arrivals": {"run"},
    "deployments": {"investigate", "one_agency", "run", "service"},
}
"""What the rooms of flows/ may import of flows/. The command line (``console``) may import all of it."""

MOST_LINES = 400


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the program, by its path in the checkout."""
    return {
        name_of(path): ast.parse(path.read_text(encoding="utf-8"))
        for room in ROOMS
        for path in sorted((CHECKOUT / room).rglob("*.py"))
    }


def name_of(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


@cache
def imports(file: str) -> tuple[tuple[int, str], ...]:
    """The modules that a file imports, wherever in the file, each with its line."""
    return tuple(_imports(modules()[file]))


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = "." * node.level + (node.module or "")
            for alias in node.names:
                inside = f"{package}.{alias.name}"
                yield node.lineno, inside if is_module(inside) else package


@cache
def is_module(name: str) -> bool:
    """Whether it is a module or a package of the program, rather than something in one."""
    place = CHECKOUT.joinpath(*name.split("."))
    return name.split(".", 1)[0] in ROOMS and (place.with_suffix(".py").is_file() or place.is_dir())


def offenders(files: Iterable[str], *forbidden: str) -> list[str]:
    """The imports of one of the modules, or of something below it, as ``file:line imports module``."""
    return [
        f"{file}:{line} imports {module}"
        for file in files
        for line, module in imports(file)
        if any(f"{module}.".startswith(f"{each}.") for each in forbidden)
    ]


def none_of(wrong: list[str], rule: str) -> None:
    """Fail with every line that breaks a rule, and the rule."""
    assert not wrong, "\n".join([rule, *wrong])


def below(folder: str, but: Iterable[str] = ()) -> list[str]:
    """The modules below a folder, except some."""
    return [file for file in modules() if file.startswith(f"{folder}/") and file not in set(but)]


def test_there_are_modules_to_look_at():
    for room in ROOMS:
        assert len(below(room)) > 15, room


def test_the_arrows_run_one_way():
    wrong = [
        line for room in ROOMS for line in offenders(below(room), "tests", *(set(ROOMS) - set(ROOMS[room])))
    ]
    none_of(wrong, "flows may import tasks, cluster and data; tasks and cluster may import data")


def test_imports_are_written_in_full():
    wrong = [f"{file}:{line}" for file in modules() for line, module in imports(file) if module[0] == "."]
    none_of(wrong, "imports are written in full")


def test_the_rooms_of_flows_are_in_layers():
    every = {"console", *OF_FLOWS}
    wrong = []
    for room, allowed in OF_FLOWS.items():
        files = below(f"flows/{room}") or [f"flows/{room}.py"]
        wrong += offenders(files, *(f"flows.{other}" for other in every - allowed - {room}))
    # Everybody may use the registry of parts; it loads a part only when asked.
    wrong = [line for line in wrong if not line.endswith(" imports flows.parts")]
    # Where a step is a task of Prefect, it shows what it found.
    wrong = [line for line in wrong if not re.match(r"flows/run/step\.py:\d+ imports flows\.service\b", line)]
    none_of(wrong, "OF_FLOWS says what a room of flows may import")


PREFECT = ("flows/run/step.py", "flows/run/watched.py", "flows/arrivals.py", "flows/deployments.py")
"""The modules outside flows/service/ that know Prefect."""


def test_prefect_is_known_to_few():
    files = [file for file in modules() if file not in PREFECT and not file.startswith("flows/service/")]
    none_of(offenders(files, "prefect"), f"only flows/service, {', '.join(PREFECT)} import prefect")


DOORS = {"look", "task", "results", "ledger", "settings", "previous_runs", "step"}
"""Of each area of tasks/: what looks at the input, its steps, what they give, its accounts and its settings;
what is kept of the mail from run to run; and what a step is."""


def test_flows_enter_an_area_of_tasks_by_its_doors():
    behind = [
        f"{file}:{line} imports {module}"
        for file in below("flows")
        for line, module in imports(file)
        if module.split(".")[0] == "tasks" and module.split(".")[1] not in GROUND
        if not DOORS & set(module.split(".")[1:])
    ]
    none_of(behind, "flows enter an area of tasks through look.py, task.py, results.py or ledger.py")


GROUND = ("rows", "ledger")
"""The areas of tasks/ that all others build on."""


def test_the_ground_floor_of_tasks_imports_no_other_area():
    areas = {path.parent.name for path in (CHECKOUT / "tasks").glob("*/__init__.py")}
    assert set(GROUND) < areas
    wrong = [
        line
        for ground in GROUND
        for line in offenders(below(f"tasks/{ground}"), *(f"tasks.{area}" for area in areas - set(GROUND)))
    ]
    none_of(wrong, "tasks/rows and tasks/ledger import no area of tasks but each other")


def test_the_room_of_bodies_knows_neither_mailboxes_nor_alerts():
    areas = {path.parent.name for path in (CHECKOUT / "tasks").glob("*/__init__.py")}
    wrong = offenders(below("tasks/bodies"), *(f"tasks.{area}" for area in areas - {"bodies"}))
    none_of(wrong, "tasks/bodies imports no other area of tasks")


@pytest.mark.long
def test_what_looks_at_the_input_loads_neither_prefect_nor_dask():
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
    made = [
        f"{file}:{node.lineno}"
        for file in below("tasks")
        for node in ast.walk(modules()[file])
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"Client", "LocalCluster"}
    ]
    none_of(made, "a task is given its client as an argument")


def test_the_top_level_is_as_agreed():
    rooms = {"flows", "tasks", "cluster", "tests", "data", "docker"}
    assert rooms <= {path.name for path in CHECKOUT.iterdir() if path.is_dir()}
    assert (CHECKOUT / "pyproject.toml").is_file()


def test_a_module_fits_one_reading_and_says_what_it_is_for():
    lines = {file: (CHECKOUT / file).read_text(encoding="utf-8").count("\n") for file in modules()}
    assert {file: number for file, number in lines.items() if number > MOST_LINES} == {}
    assert [file for file, tree in modules().items() if not ast.get_docstring(tree)] == []


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


@pytest.mark.parametrize("file", sorted(path.name for path in (CHECKOUT / "requirements").iterdir()))
def test_the_lock_has_a_hash_for_everything_and_names_no_host(file: str):
    text = (CHECKOUT / "requirements" / file).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"^[a-z0-9._-]+==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


SKIPPED = re.compile(
    r"\.venv.*|\.git|\.hypothesis|\.pytest.*|demo|build|__pycache__|requirements|.*\.egg-info|.*_cache"
)
"""Folders without files that people wrote."""


def texts() -> Iterator[Path]:
    """The files of the repository that people wrote."""
    suffixes = {".py", ".toml", ".md", ".csv", ".yaml", ".yml", ".cfg", ""}
    for folder, folders, files in os.walk(CHECKOUT):
        folders[:] = sorted(each for each in folders if not SKIPPED.fullmatch(each))
        for file in sorted(each for each in files if not SKIPPED.fullmatch(each)):  # .git may be a file
            path = Path(folder, file)
            if path.suffix in suffixes and path.is_file():
                yield path


def test_no_file_names_a_package_registry_or_a_place_on_this_machine():
    # Joined here, so that this file does not name them either.
    hosts = [
        "py" + "pi.org",
        "python" + "hosted.org",
        "files.python" + "hosted",
        "registry." + "npmjs",
        "index" + "-url=",
    ]
    places = ["/" + "work" + "/", "/" + "root" + "/", "/opt/" + "wheels"]
    found = []
    for path in texts():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name_of(path)} names {word}" for word in hosts + places if word in text]
    none_of(found, "no file names a package registry or a folder of one machine")
