"""This module writes files, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import unicodedata
from pathlib import Path

from symdl.errors import OutputError, reason_of

LONGEST = 80  # bytes of a name


def write(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Write a file by way of a temporary one beside it, so that nothing is ever half written."""
    target = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        _refuse(target)
        if target.exists() and not target.is_file():
            target.write_bytes(data)  # a pipe or a device cannot be replaced, and must not be
        else:
            _replace(target.resolve(), data)
    except OSError as error:
        raise OutputError("output.unwritable", path=str(target), reason=reason_of(error)) from error
    except ValueError as error:  # a null character in the name
        raise OutputError("output.unwritable", path=ascii(str(target)), reason=str(error)) from error
    return target


def slug(text: str) -> str:
    """A name for a file, made of any text: its letters and digits, and a sign that no other text has.

    No letter of it leads into another folder, and texts that differ in case only get different names.

    >>> slug("../Ada"), slug("ada") != slug("Ada")
    ('Ada-4e4af2', True)
    """
    kept = "".join(c if c.isalnum() or c in "-_" else "-" for c in unicodedata.normalize("NFC", text))
    short = kept.encode("utf-8")[:LONGEST].decode("utf-8", errors="ignore").strip("-")
    sign = hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:6]
    return f"{short}-{sign}" if short else sign


def _refuse(target: Path) -> None:
    if target.is_dir():
        raise OutputError("output.is_folder", path=str(target))
    if not target.parent.is_dir():
        raise OutputError("output.no_folder", path=str(target), folder=str(target.parent))
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, os.strerror(13))


def _replace(target: Path, data: bytes) -> None:
    """Write beside the target and move over it; the mode of an older file is kept."""
    draft = target.parent / f".symdl-{secrets.token_hex(8)}"
    try:
        with draft.open("xb") as file:
            file.write(data)
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o777)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
