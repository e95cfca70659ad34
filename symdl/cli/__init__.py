"""The symdl command; `main` is what the shell runs.

Everything but click is imported when it is needed, so that `symdl --help` answers at once.
"""

import gc
import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them takes longer than a problem
gc.set_threshold(500_000)  # a short run leaves little garbage; looking for it costs a tenth of the time

from symdl.cli.commands import main  # noqa: E402

__all__ = ["main"]
