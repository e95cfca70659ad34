"""Benchmarks are run by `make bench`; pytest leaves them alone."""

collect_ignore_glob = ["*.py"]
