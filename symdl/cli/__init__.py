"""The symdl command; `main` is what the shell runs.

Everything but click is imported when it is needed, so that `symdl --help` answers at once.
"""

from symdl.cli.commands import main

__all__ = ["main"]
