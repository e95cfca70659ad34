"""This module defines the commands: solve, check, grade, list, explain, example."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import click

from symdl.cli import examples, library
from symdl.cli.helping import Option
from symdl.cli.options import Expressions, language, names, spoken, values
from symdl.cli.outcome import DONE, FAILED, Commands, message, verdict
from symdl.cli.progress import Advance, stages
from symdl.errors import OutputError, SymdlError
from symdl.text import Text, sentence

DETAILS = ("answer", "outline", "lecture", "tutorial", "audit")
NUMERALS = ("latin", "native")
VIEWS = ("matrix", "index", "scalar")
KINDS = (
    "ops", "activations", "losses", "layers", "optimizers", "lessons", "concepts", "misconceptions",
    "examples", "languages", "themes",
)  # fmt: skip

NOTES = 100  # at most, on rows of a file; a report in JSON holds all of them

option = partial(click.option, cls=Option)
in_language = option("--language", callback=language, is_eager=True, metavar="CODE", words="language")
Make = Callable[[str, Path | None], str | bytes]  # and writes it, where it goes to a file
Target = tuple[str, Path | None]  # a format, and the file it goes to


@click.group(cls=Commands, words="about", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="symdl", message="%(prog)s %(version)s", cls=Option, words="version")
@in_language
def main(language: str | None) -> None:
    """Keep letters that a stream cannot show from ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@main.command(cls=Expressions, words="solve")
@click.argument("source", metavar="PROBLEM|EXPRESSION")
@option("--at", callback=values, metavar="x=2,y=3", words="at")
@option("--by", callback=names, metavar="x,y", words="by")
@option("-o", "--output", "files", multiple=True, type=Path, metavar="FILE", words="output")
@option("--format", "form", metavar="NAME", words="format")
@in_language
@option("--detail", type=click.Choice(DETAILS), words="detail")
@option("--known", callback=names, metavar="RULE,…", words="known")
@option("--view", type=click.Choice(VIEWS), words="view")
@option("--numerals", type=click.Choice(NUMERALS), words="numerals")
@option("--theme", metavar="NAME|FILE.toml", words="theme")
@option("--template", type=Path, metavar="DIR", words="template")
@click.pass_context
def solve(
    ctx: click.Context,
    /,
    source: str,
    at: Any,
    by: Any,
    files: tuple[Path, ...],
    form: str | None,
    **options: Any,
) -> None:
    """Derive a problem, check every line, and print or save it."""
    targets = _targets(files, form)
    layout = _chosen(options, "language", "detail", "known", "view", "numerals")
    look = _chosen(options, "theme", "template")
    with stages(len(targets) + 2) as advance:
        advance("derive")
        derivation = library.derivation(source, at, by)
        advance("verify")
        checks = library.verified(derivation)
        printed, errors = _delivered(targets, _maker(derivation, checks, layout, look), advance)
    for content in printed:
        click.echo(content, nl=isinstance(content, str) and not content.endswith("\n"))
    for error in errors:
        click.echo(message(error, ctx.meta["language"]), err=True)
    ctx.exit(max([_standing(checks, ctx.meta["language"]), *(verdict(error)[1] for error in errors)]))


def _chosen(options: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The options that were given; the others are for the problem and the library to decide."""
    return {key: options[key] for key in keys if options[key] is not None}


def _targets(files: tuple[Path, ...], form: str | None) -> list[Target]:
    """What is to be made; names and places that cannot be are refused before any work begins."""
    if not files:
        return [(form or "terminal", None)]
    for path in files:
        if path.is_dir():
            raise OutputError("output.is_folder", path=path)
        if not path.parent.is_dir():
            raise OutputError("output.no_folder", path=path, folder=path.parent)
    return [(form or library.format_of(path), path) for path in files]


def _maker(derivation: Any, checks: Any, layout: dict[str, Any], look: dict[str, Any]) -> Make:
    """The content in a format, written where it has a file; the document behind all is composed once."""
    document = cache(lambda: library.composed(derivation, checks, layout))

    def make(form: str, path: Path | None) -> str | bytes:
        if form != "json":
            return library.rendered(document(), form, look, path)
        content = library.json(derivation, checks)
        if path is not None:
            library.write(path, content)
        return content

    return make


def _delivered(
    targets: list[Target], make: Make, advance: Advance
) -> tuple[list[str | bytes], list[SymdlError]]:
    """Write the files; what is to be printed comes back, and the errors, which keep no other file away."""
    printed: list[str | bytes] = []
    errors: list[SymdlError] = []
    for form, path in targets:
        advance("render")
        try:
            content = make(form, path)
            if path is not None:
                continue
            if isinstance(content, bytes) and sys.stdout.isatty():
                raise OutputError("cli.binary", name=form)
            printed.append(content)
        except OutputError as error:
            errors.append(error)
    return printed, errors


def _standing(checks: Any, language: str) -> int:
    """The exit code that the checks mean; lines that could not be decided are counted on standard error."""
    outcomes = [check.outcome for check in checks]
    undecided = outcomes.count("undecided")
    if undecided:
        text = Text("cli.undecided", {"count": undecided})
        click.echo(sentence(text, spoken(text.key, language)), err=True)
    return DONE if all(outcome == "holds" for outcome in outcomes) else FAILED


@main.command(words="check")
@click.argument("problem", metavar="PROBLEM")
@in_language
@click.pass_context
def check(ctx: click.Context, problem: str, language: str | None) -> None:
    """Print the check of every line as a table."""
    with stages(2) as advance:
        advance("derive")
        derivation = library.derivation(problem, None, None)
        advance("verify")
        checks = library.verified(derivation)
    click.echo(library.report(derivation, checks, ctx.meta["language"]))
    ctx.exit(_standing(checks, ctx.meta["language"]))


@main.command(words="grade")
@click.argument("problem", metavar="PROBLEM")
@click.argument("submissions", metavar="SUBMISSIONS", type=Path)
@option("-o", "--output", "file", type=Path, metavar="FILE", words="report")
@option("--format", "form", metavar="NAME", words="report_format")
@option("--functions", is_flag=True, words="functions")
@in_language
@click.pass_context
def grade(
    ctx: click.Context,
    problem: str,
    submissions: Path,
    file: Path | None,
    form: str | None,
    functions: bool,
    language: str | None,
) -> None:
    """Mark the answers of a class."""
    spoken = ctx.meta["language"]
    with stages(1) as advance:
        advance("grade")
        report = library.graded(problem, submissions, functions)
    for note in report.remarks(spoken, NOTES):
        click.echo(f"{submissions}: {note}", err=True)
    if file is None:
        click.echo(library.reported(report, form, spoken))
    elif file.is_dir() or not (file.suffix or file.exists() or form):
        library.write_sheets(file, report, form or "pdf", spoken)
    else:
        wanted = form or file.suffix.lower().removeprefix(".")
        library.reported(report, wanted, spoken, file)
    ctx.exit(FAILED if report.undecided else DONE)


@main.command("list", words="list")
@click.argument("kind", type=click.Choice(KINDS), required=False)
@in_language
@click.pass_context
def list_(ctx: click.Context, kind: str | None, language: str | None) -> None:
    """Print what there is."""
    click.echo(library.listing(kind, ctx.meta["language"]))


@main.command(words="explain")
@click.argument("key", metavar="KEY", nargs=-1, required=True)
@option("-o", "--output", "file", type=Path, metavar="FILE", words="explain_output")
@in_language
@click.pass_context
def explain(ctx: click.Context, key: tuple[str, ...], file: Path | None, language: str | None) -> None:
    """Print what one of them is, or write it with its picture; a name may be of several words."""
    word = " ".join(key)
    if file is None:
        click.echo(library.explained(word, ctx.meta["language"]))
    else:
        library.explanation(word, ctx.meta["language"], file)


@main.command(words="example")
@click.argument("name", metavar="NAME")
@click.argument("folder", metavar="[DIR]", type=Path, required=False)
@in_language
def example(name: str, folder: Path | None, language: str | None) -> None:
    """Copy a worked example to start from."""
    for path in examples.copy(name, folder):
        click.echo(path)
