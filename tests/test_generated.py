"""What is generated is current, is owned as a whole, and its colours are mirrors of each other."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from antiphon_codegen.emit.colours import colour_names, sync_text
from antiphon_codegen.generate import Generation, generate
from antiphon_codegen.mirror import NAMES
from antiphon_codegen.mirror_tree import mirrored_files, problems
from antiphon_codegen.plan.plan import Wishes
from antiphon_codegen.python.format import formatted
from antiphon_codegen.write import differences, owned_files, write

ROOT = Path(__file__).parent.parent
LINES_AT_MOST = 600


@pytest.fixture(scope="module")
def generation() -> Generation:
    return generate(ROOT / "openapi.yaml", ROOT / "sdk.yml", Wishes(runtime="~runtime", in_place=True))


def test_generated_files_are_what_the_generator_writes(generation: Generation) -> None:
    assert differences(generation.owned, ROOT, generation.manifest, generation.listing) == []


def test_our_own_document_has_no_problems(generation: Generation) -> None:
    assert [str(problem) for problem in generation.problems] == []


def test_generating_restores_every_file_it_owns(generation: Generation, tmp_path: Path) -> None:
    write(generation.owned, {}, tmp_path, generation.manifest, generation.listing)
    for name in generation.owned:
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes(), name


def test_generating_twice_gives_the_same_bytes(generation: Generation) -> None:
    again = generate(ROOT / "openapi.yaml", ROOT / "sdk.yml", Wishes(runtime="~runtime", in_place=True))
    assert again.owned == generation.owned
    assert again.listing == generation.listing


def test_every_generated_pair_is_a_mirror(generation: Generation) -> None:
    names = colour_names(generation.plan)
    pairs = {path: path.replace("/_async.py", "/_sync.py") for path in generation.owned if path.endswith("/_async.py")}
    assert len(pairs) > 10
    mirrored = formatted({sync: sync_text((ROOT / path).read_text("utf-8"), names) for path, sync in pairs.items()})
    for sync, text in mirrored.items():
        assert (ROOT / sync).read_text("utf-8") == text, sync
    assert {path for path in generation.owned if path.endswith("/_sync.py")} == set(mirrored)


def test_mirrored_folders_are_current() -> None:
    roots = [ROOT / "src", ROOT / "tests"]
    files, used = mirrored_files(roots)
    assert problems(roots, files, used) == []


def test_the_mirror_table_is_small() -> None:
    assert len(NAMES) <= 15


def test_a_surplus_or_changed_mirror_file_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(ROOT / "src/antiphon/runtime/_async", folder / "_async")
    shutil.copytree(ROOT / "src/antiphon/runtime/_sync", folder / "_sync")
    (folder / "_sync" / "surplus.py").write_text("")
    changed = folder / "_sync" / "stream.py"
    changed.write_text(changed.read_text() + "\n\ndef added() -> None: ...\n")
    files, used = mirrored_files([folder])
    found = problems([folder], files, used | set(NAMES))
    assert len(found) == 2
    assert any("surplus.py" in line for line in found)
    assert any("stream.py" in line for line in found)


def test_every_generated_file_says_so_and_the_manifest_lists_it(generation: Generation) -> None:
    owned = owned_files(ROOT, generation.manifest)
    assert set(owned) == set(generation.owned)
    for name in owned:
        first = (ROOT / name).read_text("utf-8").split("\n", 1)[0]
        assert first.startswith(("# Generated ", "<!-- Generated ")), name


def test_no_file_is_too_long_for_a_reader() -> None:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    long = {}
    for name in listed.stdout.split():
        lines = len((ROOT / name).read_text("utf-8").splitlines())
        if lines > LINES_AT_MOST:
            long[name] = lines
    assert long == {}


def test_the_generator_runs_without_the_package() -> None:
    code = "import antiphon_codegen.generate, sys; assert 'antiphon' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
