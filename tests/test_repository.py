"""Habits of this repository that nobody should have to remember."""

import ast
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
LARGEST_FILE_BYTES = 1_500_000
LONGEST_FUNCTION_LINES = 60
LONGEST_MODULE_LINES = 400
HOME_FOLDER = re.compile(r"(?<![\w.~-])/(?:root|home/[\w.-]+|Users/[\w.-]+)/")
MADE_OR_SECRET = re.compile(
    r"(^|/)(node_modules|\.venv|__pycache__)/|\.(db|db-wal|db-shm|sqlite3?|pem|key)$|(^|/)\.env$"
)
REGISTRY_VARIABLE = re.compile(r"(?i)^(pip|uv|npm_config)_.*(index|registry)")


def _run(*command: str) -> str | None:
    """What a command printed; None when it isn't here or didn't succeed."""
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout if done.returncode == 0 else None


def _walked() -> Iterator[str]:
    """Every file that .gitignore doesn't name, for a tree that came without git."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf8").splitlines()] + [".git"]
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if not any(fnmatch(name, pattern) for pattern in ignored)]
        for name in names:
            if not any(fnmatch(name, pattern) for pattern in ignored):
                yield (Path(folder) / name).relative_to(ROOT).as_posix()


@cache
def repository_files() -> tuple[str, ...]:
    """Every file of the repository, also the ones that are about to be added."""
    listed = _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    paths = listed.split("\0") if listed is not None else _walked()
    return tuple(sorted({path for path in paths if path and (ROOT / path).is_file()}))


@cache
def texts() -> dict[str, str]:
    """What stands in every file that is text."""
    found = {}
    for path in repository_files():
        try:
            found[path] = (ROOT / path).read_text(encoding="utf8")
        except UnicodeDecodeError:
            continue
    return found


@cache
def product_sources() -> dict[str, str]:
    return {
        path: text for path, text in texts().items() if path.startswith(("app/", "scanner/")) and path.endswith(".py")
    }


@cache
def pyproject() -> dict[str, object]:
    return tomllib.loads(texts()["pyproject.toml"])


def _registry_hosts() -> set[str]:
    """The package registries that this computer is set up to use."""
    pip = [line for line in (_run("pip", "config", "list") or "").splitlines() if "index-url" in line]
    npm = _run("npm", "config", "get", "registry") or ""
    environment = [value for name, value in os.environ.items() if REGISTRY_VARIABLE.search(name)]
    addresses = re.findall(r"https?://[^\s'\"]+", "\n".join([*pip, npm, *environment]))
    return {host for address in addresses if (host := urlsplit(address).hostname)} - {"localhost"}


def test_the_repository_has_files() -> None:
    assert {"pyproject.toml", "constraints.txt", "app/__main__.py", "Makefile"} <= set(texts())


def test_no_file_is_too_large_for_a_repository() -> None:
    sizes = {path: (ROOT / path).stat().st_size for path in repository_files()}
    assert {path: size for path, size in sizes.items() if size > LARGEST_FILE_BYTES} == {}


def test_nothing_that_can_be_made_again_and_no_key_is_kept() -> None:
    assert [path for path in repository_files() if MADE_OR_SECRET.search(path)] == []


def test_no_package_registry_is_named() -> None:
    hosts = _registry_hosts()
    assert [(path, host) for path, text in texts().items() for host in hosts if host in text] == []


def test_no_path_of_somebodys_computer_is_named() -> None:
    here = f"{ROOT}/" if len(ROOT.parts) > 2 else None
    named = [path for path, text in texts().items() if HOME_FOLDER.search(text) or (here and here in text)]
    assert named == []


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared_dependencies() -> set[str]:
    project = pyproject()["project"]
    assert isinstance(project, dict)
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return {_normal(re.split(r"[\s\[;<>=!~]", line, maxsplit=1)[0]) for group in groups for line in group}


def test_every_line_of_the_constraints_is_one_exact_version() -> None:
    lines = [line for line in texts()["constraints.txt"].splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[\w.!+]+( ; .+)?", line)] == []


def test_every_dependency_has_an_exact_version_in_the_constraints() -> None:
    pinned = {_normal(line.split("==")[0]) for line in texts()["constraints.txt"].splitlines() if "==" in line}
    assert _declared_dependencies() - pinned == set()


def test_every_decision_record_has_a_number_of_its_own_and_a_title() -> None:
    records = {
        PurePosixPath(path): text
        for path, text in texts().items()
        if path.startswith("docs/adr/") and path.endswith(".md")
    }
    numbers = [path.name.split("-")[0] for path in records if path.name != "README.md"]
    assert [str(path) for path, text in records.items() if not re.match(r"# \S", text)] == []
    assert sorted({number for number in numbers if numbers.count(number) > 1}) == []


def test_every_folder_of_modules_is_a_package_and_so_part_of_the_wheel() -> None:
    modules = [path for path in product_sources() if not path.startswith("scanner/pwa/")]  # what the page is made of
    folders = {str(PurePosixPath(path).parent) for path in modules}
    assert {folder for folder in folders if f"{folder}/__init__.py" not in product_sources()} == set()


def test_no_module_is_too_long_to_read_in_one_go() -> None:
    lengths = {path: sum(1 for line in text.splitlines() if line.strip()) for path, text in product_sources().items()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE_LINES} == {}


def _functions(path: str, text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text, filename=path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_too_long_to_keep_in_mind() -> None:
    functions = [function for path, text in product_sources().items() for function in _functions(path, text)]
    assert [(name, lines) for name, lines in functions if lines > LONGEST_FUNCTION_LINES] == []


@pytest.mark.parametrize("page", ["README.md", ".ci/run"])
def test_every_make_command_that_is_named_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", texts()["Makefile"], flags=re.MULTILINE))
    named = set(re.findall(r"^\s*(?:\$ )?make ([a-z]+)|`make ([a-z]+)", texts()[page], flags=re.MULTILINE))
    assert {name for pair in named for name in pair if name} <= targets
