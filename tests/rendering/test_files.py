from __future__ import annotations

import os
import stat

import pytest

from symdl.errors import OutputError
from symdl.rendering import files


def test_writes_text_and_bytes(tmp_path):
    assert files.write(tmp_path / "a.txt", "σ\n") == tmp_path / "a.txt"
    assert (tmp_path / "a.txt").read_bytes() == "σ\n".encode()
    files.write(tmp_path / "a.txt", b"\x00")
    assert (tmp_path / "a.txt").read_bytes() == b"\x00"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def full_disk(*_):
    raise OSError(28, "No space left")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    target = tmp_path / "sheet.pdf"
    target.write_text("old")
    monkeypatch.setattr(
        "pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    with pytest.raises(OutputError) as caught:
        files.write(target, "new")
    assert caught.value.key == "output.unwritable"
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (".", "output.is_folder"),
        ("missing/sheet.pdf", "output.no_folder"),
        ("file/sheet.pdf", "output.no_folder"),
        ("n\0ull.pdf", "output.unwritable"),
        ("x" * 300 + ".pdf", "output.unwritable"),
    ],
)
def test_what_cannot_be_written_is_one_clear_error(tmp_path, path, key):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        files.write(tmp_path / path, "")
    assert caught.value.key == key
    assert caught.value.message() != f"error.{key}"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_read_only_file_is_not_replaced(tmp_path):
    target = tmp_path / "sheet.pdf"
    target.write_text("old")
    target.chmod(0o444)
    with pytest.raises(OutputError):
        files.write(target, "new")
    assert target.read_text() == "old"


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_mode_is_kept_and_links_are_followed(tmp_path):
    target, link = tmp_path / "sheet.html", tmp_path / "link.html"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    files.write(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no devices here")
def test_a_device_stays_a_device():
    files.write("/dev/null", "gone")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
