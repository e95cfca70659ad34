r"""This module writes the filter of system calls for a sandbox: no new process, no mount, no tracing.

A user's limit of processes does not hold for root, as whom programs in containers run; a filter does. It is a
program of the kernel's packet filter: it loads the architecture and the number of the call, and refuses those
of a list (Linux, `Documentation/userspace-api/seccomp_filter.rst`).
"""

from __future__ import annotations

import platform
import struct

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # where they lie in what the filter is shown
ALLOW, REFUSE, MISSING = 0x7FFF0000, 0x00050001, 0x00050026  # operation not permitted; no such call
THREAD = 0x10000  # of the flags of clone
OTHER_TABLE = 0x40000000  # of numbers, on one architecture

# Of the architectures that there are such machines of: its code, clone, clone3, and what is refused outright
TABLES = {
    "x86_64": (
        0xC000003E, 56, 435,
        (57, 58, 101, 155, 161, 165, 166, 250, 272, 298, 308, 310, 311, 321, 323, 425, 428, 429, 430, 442),
    ),
    "aarch64": (
        0xC00000B7, 220, 435,
        (39, 40, 41, 51, 97, 117, 219, 241, 268, 270, 271, 280, 282, 425, 428, 429, 430, 442),
    ),
}  # fmt: skip


def program(machine: str = "") -> bytes | None:
    """The filter for a kind of machine, this one by default; None where its calls are not known here.

    >>> len(program("x86_64")) % 8, program("vax")
    (0, None)
    """
    table = TABLES.get(machine or platform.machine())
    if table is None:
        return None
    code, clone, clone3, refused = table
    lines = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, code), (RETURN, 0, 0, REFUSE), (LOAD, 0, 0, NUMBER)]
    lines += [(AT_LEAST, 0, 1, OTHER_TABLE), (RETURN, 0, 0, REFUSE)]
    lines += [(EQUAL, 0, 1, clone3), (RETURN, 0, 0, MISSING)]
    for number in refused:
        lines += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE)]
    lines += [(EQUAL, 0, 3, clone), (LOAD, 0, 0, FIRST_ARGUMENT), (ANY_BIT, 1, 0, THREAD)]
    lines += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
