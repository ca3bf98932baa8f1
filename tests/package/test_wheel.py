"""The wheel holds every file of the package, sql/ and pipelines/, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from affectcli import resources

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return zipfile.ZipFile(next(out.glob("*.whl")))


def _checkout() -> dict[str, bytes]:
    """Return what the wheel must hold, by its path there."""
    places = {"affectcli": "affectcli", "sql": "affectcli/sql", "pipelines": "affectcli/pipelines"}
    return {
        str(PurePosixPath(there) / file.relative_to(ROOT / here).as_posix()): file.read_bytes()
        for here, there in places.items()
        for file in (ROOT / here).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_wheel_and_checkout_are_alike(wheel: zipfile.ZipFile) -> None:
    inside = {name: wheel.read(name) for name in wheel.namelist() if ".dist-info/" not in name}
    expected = _checkout()
    assert sorted(inside) == sorted(expected)
    assert inside == expected


def test_wheel_carries_the_licence_and_the_command(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    entry = next(name for name in names if name.endswith("entry_points.txt"))
    assert "affect = affectcli.__main__:main" in wheel.read(entry).decode()


def test_resources_are_found_in_the_package_as_in_the_checkout(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    wheel.extractall(tmp_path)
    code = (
        "from affectcli import resources;print(resources.sql('run/select_schema_version'), end='')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert run.stdout == resources.sql("run/select_schema_version")
