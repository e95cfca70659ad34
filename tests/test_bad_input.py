"""Bad problems and bad commands: each gives one clear message with its place, code 2, and no file.

The table is read by the command itself, in English and in Persian; the first line of the message must hold
the words given here. Nothing is timed: what takes long is refused before any work, by its size.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symdl.cli import main

GIVEN = "[given]\nx = 2\ny = 3\nv = [1, 2]\nW = [[1, 2], [3, 4]]\n[let]\n"
GRADIENT = '\n[[ask]]\ngradient = "L"\nby = "x"\n'
LOSS = GIVEN + 'L = "x^2 + y"\n'
NETWORK = '[given]\nx = [1, 2]\ny = [1]\nW1 = [[1, 2, 3]]\n[network]\ninput = "x"\n'


def let(*lines: str) -> str:
    """A problem with some lines, and the gradient of L by x."""
    return GIVEN + "\n".join(lines) + GRADIENT


def ask(text: str, lines: str = 'L = "x^2 + y"') -> str:
    """A problem with an ask of its own."""
    return f"{GIVEN}{lines}\n[[ask]]\n{text}\n"


def update(text: str, rule: str = "gd") -> str:
    """A problem with an update."""
    return ask(f'update = "{rule}"\nof = "L"\nby = "x"\n{text}')


def fed(text: str) -> str:
    """An update over the rows of v."""
    return ask(f'update = "gd"\nof = "L"\nby = "x"\nlearning_rate = 0.1\n{text}', 'L = "sum((v - x)^2)"')


def sized(dims: str, symbols: str = 'z = ["N"]') -> str:
    """A problem with a dimension."""
    return f'[dims]\n{dims}\n[symbols]\n{symbols}\n[let]\nL = "sum(z)"\n[[ask]]\ngradient = "L"\nby = "z"\n'


def given(value: str) -> str:
    """A problem with one given value."""
    return f'[given]\nx = {value}\n[let]\nL = "sum(x)"{GRADIENT}'


# name: (problem, words of the message, hint or None). Every message names the line of `p.toml`.
BAD: dict[str, tuple[str, str, str | None]] = {
    # keys
    "misspelt section": ('[givn]\nx = 1\n[let]\nL = "1"', "has no `givn`", "`given`"),
    "misspelt kind of ask": (ask('gradiant = "L"\nby = "x"'), "gradiant` is no kind of ask", "`gradient`"),
    "misspelt setting": (update("learning_rat = 0.1"), "has no `learning_rat`", "`learning_rate`"),
    "misspelt convention": ("[conventions]\njacobien = 1\n" + LOSS, "no key `jacobien`", "`jacobian`"),
    "wrong convention": (
        '[conventions]\njacobian = "numertor"\n' + LOSS, "one of numerator, denominator", "`numerator`"
    ),
    "unknown ties": ('[conventions]\nties = "last"\n' + LOSS, "one of first, share", None),
    "kink is text": ('[conventions]\nkink = "half"\n' + LOSS, '"undefined" or a number', None),
    "unknown policy": ('[rounding]\npolicy = "round"\n' + LOSS, "one of show, carry", None),
    "no digits": ("[rounding]\ndigits = 0\n" + LOSS, "between 1 and 17; 0", None),
    "a thousand digits": ("[rounding]\ndigits = 1000\n" + LOSS, "between 1 and 17; 1000", None),
    "unknown profile": ('[notation]\nprofile = "z-b"\n' + LOSS, "no notation profile `z-b`", "`z-a`"),
    "notation of nothing": ('[notation.names]\nh9 = "h"\n' + LOSS, "nothing here is called `h9`", None),
    "unknown detail": ('[sheet]\ndetail = "all"\n' + LOSS, "one of answer, outline", None),
    "assumed of nothing": ('[assume]\nq = "positive"\n' + LOSS, "nothing here is called `q`", None),
    "unknown fact": ('[assume]\nx = "positiv"\n' + LOSS, "one of real, positive", "`positive`"),
    "title is a list": ("title = [1]\n" + LOSS, "`title` is a text in quotes", None),
    "seed is text": ('seed = "a"\n' + LOSS, "`seed` is a whole number", None),
    "seed is negative": ("seed = -1\n" + LOSS, "`seed` lies between 0", None),
    # the file
    "not TOML": ("this is not toml at all\n{}", "An equals sign is expected", "stands in quotes"),
    "JSON": ('{"given": {"x": 1}}', "A line begins with a key", None),
    "a table that is a list": ("given = [1]\n", "`given` is a table of keys and values", None),
    "one ask bracket": (LOSS + '[ask]\ngradient = "L"', "An ask is a repeated section", "`[[ask]]`"),
    "an empty ask": (LOSS + "[[ask]]\n", "asks for nothing", None),
    "two kinds in one ask": (ask('gradient = "L"\nvalue = "L"'), "both `gradient` and `value`", "of its own"),
    "an id twice": (
        ask('id = "a"\nvalue = "L"\n[[ask]]\nid = "a"\nvalue = "x"'), "already belongs to ask 1", None
    ),
    "three thousand asks": (LOSS + '[[ask]]\nvalue = "L"\n' * 3000, "at most 200 are read", None),
    # formulas
    "an undefined name": (let('L = "x^2 + z"'), "`z` is not defined", None),
    "an undefined function": (let('L = "sigmoyd(x)"'), "no function `sigmoyd`", "`sigmoid`"),
    "an unknown keyword": (let('L = "sum(softmax(W, axs=1))"'), "no argument called `axs`", "`axis`"),
    "too many arguments": (let('L = "sigmoid(x, y)"'), "is written `sigmoid(x)`", None),
    "a condition without comparison": (let('L = "where(x, 1, 2)"'), "`where(x > 0, a, b)`", None),
    "no formula": (let('L = ""'), "`let.L` is empty", None),
    "a number for a formula": (let("L = 5"), "`let.L` is a text in quotes", None),
    "a bracket not closed": (let('L = "(x + 1"'), "is never closed", "add `)`"),
    "a bracket too many": (let('L = "x + 1)"'), "closes nothing", None),
    "an operator at the end": (let('L = "x +"'), "ends too early", None),
    "two operators": (let('L = "x */ y"'), "expected here, not `/`", None),
    "a strange character": (let('L = "x # y"'), "(U+0023) has no meaning", None),
    "LaTeX": (let("""L = '\\frac{1}{2} x^{2}' """), "looks like LaTeX", "write `1/2 x^2`"),
    "LaTeX between dollars": (let('L = "$x^2$"'), "looks like LaTeX", "write `x^2`"),
    "LaTeX that cannot be read": (let("""L = '\\frac{1' """), "looks like LaTeX", "write `W^T x + 1/2 b`"),
    "a semicolon": (let('L = "x^2;"'), "a line is one formula", "leave it out"),
    "an equation": (let('L = "L = x^2"'), "a second sign", "the name before the formula"),
    "Python": (let("""L = "__import__('os').system('id')" """), "no meaning in a formula", None),
    "a Cyrillic letter": (let('L = "х^2"'), "only looks like it", "type x on the keyboard"),
    "an invisible character": (let('L = "x\u200b^2"'), "invisible character", "delete it"),
    "a direction mark": (let('L = "x\u202e^2"'), "invisible character", "delete it"),
    "a name with a space": (let('"a b" = "x"', 'L = "x"'), "cannot stand here", None),
    "a name that is a number": (let('"2" = "x"', 'L = "x"'), "begins with a name", None),
    "a name twice": (let('x = "3"', 'L = "x"'), "declared in [given] and again in [let]", "keep one"),
    "a name like a function": (let('exp = "x"', 'L = "exp(y)"'), "and also a function", "`exp * (...)`"),
    "two names for one result": (let('"a, b" = "x"', 'L = "x"'), "the formula has one result", None),
    "a function of itself": (let('"f(u)" = "f(u) + 1"', 'L = "f(x)"'), "f → f", None),
    "functions of each other": (let('"f(u)" = "g(u)"', '"g(u)" = "f(u)"', 'L = "f(x)"'), "f → g → f", None),
    "a cycle": (let('a = "b + x"', 'b = "a"', 'L = "a"'), "a → b → a", None),
    "its own definition": (let('L = "L + x"'), "L → L", None),
    "lines out of order": (let('L = "2 a"', 'a = "x"'), "only further down", "in the order"),
    # shapes
    "a product that does not fit": (let('u = "[1, 2, 3]"', 'L = "sum(W u)"'), "would pair 2 with 3", "^T"),
    "a sum that does not fit": (let('L = "sum(W + [1, 2, 3])"'), "entry by entry they do not", "repeated"),
    "two columns": (let('u = "v v"', 'L = "sum(u)"'), "two columns", "u^T v"),
    "a power of a matrix": (let('A = "W^2"', 'L = "sum(A)"'), "could be meant entry by entry", "W @ W"),
    "an entry outside": (let('L = "W[5,5]"'), "no place 5", None),
    "a slice outside": (let('L = "sum(W[2:5,:])"'), "does not lie in 1 to 2", None),
    "an axis too many": (let('L = "sum(softmax(W, axis=3))"'), "no axis 3", None),
    "a window too large": (let('L = "sum(conv1d(v, [1, 2, 3]))"'), "A window of 3", None),
    "no stride": (let('L = "sum(conv1d(v, [1, 2], stride=0))"'), "at least 1, not 0", None),
    "a bracket after a blank": (let('L = "sum(W [1, 2])"'), "could be an entry or a vector", "W @ [1, 2]"),
    "symbolic sizes that do not fit": (
        '[symbols]\nW = ["n", "m"]\nz = ["n"]\n[let]\nL = "sum(W z)"\n[[ask]]\ngradient = "L"\nby = "z"',
        "would pair m with n",
        None,
    ),
    # numbers
    "a division by zero at the point": (let('L = "1/(x - 2)"'), "no finite value here: 1/0", None),
    "a division by zero": (let('L = "x/0"'), "divides by zero", None),
    "a logarithm of a negative": (let('L = "log(x - 5)"'), "no finite value here: log(-3)", None),
    "a root of a negative": (let('L = "sqrt(x - 5)"'), "no finite value here: sqrt(-3)", None),
    "a root whose slope is infinite": (let('L = "sqrt(x - 2)"'), "is not finite here", None),
    "a norm at zero": (ask('gradient = "L"\nby = "v"', 'L = "|v - [1, 2]|"'), "is not finite here", None),
    "an arc of two": (let('L = "asin(x)"'), "no finite value here: asin(2)", None),
    "an overflow": (let('L = "exp(exp(exp(x^2)))"'), "no finite value here: exp(5.148e23)", None),
    "a kink that is refused": (
        '[conventions]\nkink = "undefined"\n' + let('L = "relu(x - 2)"'), "exactly on a kink", "default"
    ),
    "not a number": (given("nan"), "not a finite number: nan", None),
    "infinity": (given("inf"), "not a finite number: inf", None),
    "a quotient by zero": (given('"1/0"'), "1/0 is none", None),
    "a truth value": (given("true"), "not true", None),
    "a date": (given("2020-01-01"), "not 2020-01-01", None),
    "a table for a number": (given("{a = 1}"), "not {a = 1}", None),
    "rows of two lengths": (given("[[1, 2], [3]]"), "length 1, but the first row", None),
    "an empty list": (given("[]"), "is an empty list", None),
    "a huge power of ten": (given("1e1000000000"), "out of reach", None),
    "a formula with names": (given('"a + 1"'), "`a` is not defined", None),
    # dimensions
    "a negative dimension": (sized("N = -3"), "between 1 and", None),
    "a dimension of zero": (sized("N = 0"), "between 1 and", None),
    "half a dimension": (sized("N = 2.5"), "a whole number from 1 on", None),
    "an array too large": (sized("N = 100000", 'z = ["N", "N"]'), "100000 × 100000", None),
    # asks
    "by an unknown name": (ask('gradient = "L"\nby = "w"'), "nothing here is called `w`", "`W`"),
    "of an unknown name": (ask('gradient = "M"\nby = "x"'), "nothing here is called `M`", None),
    "an entry that is not": (ask('gradient = "L"\nby = "W[5,5]"'), "`W[5,5]` does not exist", None),
    "an entry of too few": (ask('gradient = "L"\nby = "W[1]"'), "`W[1]` does not exist", None),
    "by what comes later": (
        ask('gradient = "L"\nby = "M"', 'L = "x"\nM = "L + y"'), "no derivative of `L` by `M`", None
    ),
    "the gradient of a vector": (ask('gradient = "L"\nby = "v"', 'L = "2 v"'), "only a scalar", None),
    "the Hessian of a vector": (ask('hessian = "L"\nby = "v"', 'L = "2 v"'), "only a scalar", None),
    "paths from a matrix": (ask('paths = "L"\nby = "W"', 'L = "sum(W)"'), "an array", "`W[1,1]`"),
    "a Hessian of many": (
        '[symbols]\nz = [10000]\n[let]\nL = "sum(z^4)"\n[[ask]]\nhessian = "L"\nby = "z"',
        "10000 × 10000 entries",
        "`W[1,1]`",
    ),
    "a Jacobian of many": (
        '[symbols]\nz = [3000]\n[let]\nL = "tanh(z)"\n[[ask]]\njacobian = "L"\nby = "z"',
        "3000 × 3000 entries",
        None,
    ),
    "the millionth derivative": (ask('derivative = "L"\nby = "x"\norder = 1000000'), "1 and 50", None),
    "a negative order": (ask('taylor = "L"\nby = "x"\norder = -1'), "between 1 and 50", None),
    "at a point of nothing": (ask('gradient = "L"\nby = "x"\nat = {q = 1}'), "nothing here is called", None),
    "at a point of another shape": (
        ask('gradient = "L"\nby = "v"\nat = {v = [1, 2, 3]}', 'L = "sum(v)"'), "given with shape 3", None
    ),
    "negative points": (ask('gradient = "L"\nby = "x"\npoints = -3'), "is not negative, and -3 is", None),
    "an update without values": (
        '[symbols]\nz = []\n[let]\nL = "z^2"\n[[ask]]\nupdate = "gd"\nof = "L"\nby = "z"',
        "z has no value",
        None,
    ),
    "an update of nothing": (ask('update = "gd"\nby = "x"'), "needs the key `of`", None),
    "an unknown rule": (update("", "adamm"), "no update rule `adamm`", "`adam`"),
    "an unknown form": (update('form = "polyak"', "momentum"), "no form `polyak`", None),
    "a setting of another rule": (update("beta1 = 0.9"), "no setting `beta1`", None),
    "a negative rate": (update("learning_rate = -0.1"), "at least 0; -1/10 is not", None),
    "a rate in words": (update('learning_rate = "big"'), "`learning_rate` is a number, not big", None),
    "beta of one": (update("beta1 = 1", "adam"), "at least 0 and less than 1; 1 is not", None),
    "beta beyond one": (update("beta2 = 1.5", "adam"), "at least 0 and less than 1; 3/2", None),
    "negative momentum": (update("momentum = -1", "momentum"), "at least 0 and less than 1; -1", None),
    "a negative epsilon": (update("epsilon = -1", "adam"), "at least 0; -1", None),
    "a billion steps": (update("steps = 1000000000"), "between 1 and 1000000", None),
    "no steps": (update("steps = 0"), "between 1 and 1000000; 0", None),
    "half a step": (update("steps = 1.5"), "a whole number from 1 on, not 1.5", None),
    "after nothing": (update('after = "zzz"'), "no earlier ask is called `zzz`", None),
    "an empty batch": (fed('data = "v"\nbatch_size = 0'), "between 1 and 1000000; 0", None),
    "a batch too large": (fed('data = "v"\nbatch_size = 10'), "more than the 2 rows", None),
    "unknown data": (fed('data = "u"\nbatch_size = 1'), "nothing here is called `u`", None),
    "shuffled without a seed": (fed('data = "v"\nshuffle = true'), "needs a seed", "seed = 1"),
    "an unknown method": (ask('minimize = "L"\nby = "x"\nmethod = "newtom"'), "no method", "`newton`"),
    "a start of nothing": (
        ask('minimize = "L"\nby = "x"\nmethod = "newton"\nstart = {q = 1}'), "nothing here is called", None
    ),
    "more equations than unknowns": (
        ask('root = "F"\nby = ["x", "y"]\nmethod = "newton"', 'F = "[x, y, x y]"'), "3 entries for 2", None
    ),
    # networks
    "an unknown layer": (NETWORK + "layers = [{dens = 1}]", "A layer has no `dens`", "`dense`"),
    "an unknown activation": (
        NETWORK + 'layers = [{dense = 1, activation = "relv"}]', "no function `relv`", "`relu`"
    ),
    "a layer of no units": (NETWORK + "layers = [{dense = 0}]", "not 0", None),
    "no layers": (NETWORK + "layers = []", "an empty list", None),
    "a network of none": (NETWORK.replace('"x"', '"q"') + "layers = [{dense = 1}]", "is not declared", None),
    "an unknown loss": (NETWORK + 'layers = [{dense = 1}]\nloss = {msee = "y"}', "msee", None),
    "weights that do not fit": (NETWORK + "layers = [{dense = 1}]", "would pair 3 with 2", None),
    # too much
    "a tower of powers": (let('L = "x * 9^9^9^9"'), "exponent is too large", None),
    "ten thousand brackets": (let(f'L = "{"(" * 10000}x{")" * 10000}"'), "at most 2000 are read", None),
    "a number of many digits": (let(f'L = "x + {"9" * 10000}"'), "at most 2000 are read", None),
    "a large exponent": (let('L = "x^1000000000"'), "exponent is too large", None),
    "a sum of a billion": (let('L = "sum(x i, i=1..1000000000)"'), "more than 20000 terms", None),
    "sums within sums": (
        let('L = "sum(sum(sum(x i j k, i=1..1000), j=1..1000), k=1..1000)"'), "more than 20000 terms", None
    ),
    "all of 2^60": (let('L = "sum(x, s in binary(60))"'), "entries", None),
    "a billion ones": (let('L = "sum(x ones(1000000000))"'), "entries", None),
    "a product of large matrices": (let('L = "sum(ones(1500,1500) ones(1500,1500)) x"'), "products", None),
    "a large permutation": (let('L = "sum(sort(ones(10000) x))"'), "10000 × 10000", None),
    "a repetition of many": (
        '[given]\nx = 1\n"h[0]" = 1\n[let]\n"h[t=1..1000000000]" = "h[t-1]"\nL = "h[3] x"' + GRADIENT,
        "1000000000 lines",
        None,
    ),
    "many lines": (
        let(*(f'a{k} = "a{k - 1} + x"' if k else 'a0 = "x"' for k in range(1200)), 'L = "a1199"'),
        "more than 1000 lines",
        None,
    ),
    "functions that double": (
        let('"f0(u)" = "u + 1"', *(f'"f{k + 1}(u)" = "f{k}(f{k}(u))"' for k in range(24)), 'L = "f24(x)"'),
        "more than 20000 operations",
        None,
    ),
}  # fmt: skip

# name: (arguments, words of the message). These have no line to name.
COMMANDS: dict[str, tuple[list[str], str]] = {
    "no such file": (["solve", "nothing.toml"], "There is no such file"),
    "a folder": (["solve", "."], "a folder, not a problem file"),
    "a binary file": (["solve", "binary.toml"], "is not UTF-8 text"),
    "an empty file": (["solve", "empty.toml"], "nothing to do"),
    "a million letters": (["solve", "long.toml"], "no problem file needs that"),
    "an unknown format": (["solve", "x^2", "--format", "docx"], "no format `docx`"),
    "an unknown ending": (["solve", "x^2", "-o", "a.docx"], "no format `.docx`"),
    "no ending": (["solve", "x^2", "-o", "sheet"], "no format `sheet`"),
    "no folder for the output": (["solve", "x^2", "-o", "nodir/a.html"], "no folder nodir"),
    "a folder for the output": (["solve", "x^2", "-o", "."], "is a folder, not a file"),
    "an output that cannot be": (["solve", "x^2", "-o", "/proc/a.html"], "cannot be written"),
    "an unknown language": (["solve", "x^2", "--language", "xx"], "no language `xx`"),
    "an unknown theme": (["solve", "x^2", "--theme", "papper", "-o", "a.html"], "no theme `papper`"),
    "an unknown rule to know": (["solve", "x^2", "--known", "powr"], "no rule `powr`"),
    "no such template": (["solve", "x^2", "--template", "nodir", "-o", "a.html"], "no template folder nodir"),
    "a value for nothing": (["solve", "x^2", "--at", "q=2"], "`q` does not occur"),
    "a value in words": (["solve", "x^2", "--at", "x=two"], "`two` is not defined"),
    "by nothing": (["solve", "x^2", "--by", "q"], "`q` does not occur"),
    "no expression": (["solve", ""], "no formula here"),
    "half an expression": (["solve", "x^2 +"], "ends too early"),
    "a tower": (["solve", "9^9^9^9"], "exponent is too large"),
    "brackets": (["solve", "(" * 10000], "at most 2000 are read"),
    "an equation": (["solve", "x^2 + y^2 = 1", "--by", "x"], "is an equation, and no function"),
    "an equation for the variable": (["solve", "x = 3", "--by", "x"], "is an equation, and no function"),
    "a number over zero": (["solve", "0/0 * x", "--by", "x"], "divides by zero"),
    "a power of one over zero": (["solve", "x^(1/0)", "--by", "x"], "divides by zero"),
    "a steep root": (["solve", "cbrt(x)", "--by", "x", "--at", "x=0"], "is not a finite number"),
    "a root of a square": (["solve", "sqrt(x^2)", "--by", "x", "--at", "x=0"], "slope is -1 on the left"),
    "a pole": (["solve", "1/x", "--at", "x=0"], "no finite value here: 1/0"),
    "nothing to explain": (["explain", "sigmoyd"], "no function, loss, optimizer or concept `sigmoyd`"),
    "no such example": (["example", "quadratic_grap"], "no worked example `quadratic_grap`"),
    "nothing to check": (["check", "nothing.toml"], "There is no such file"),
    "nothing to grade": (["grade", "nothing.toml", "also.csv"], "There is no such file"),
}
CLICK = (
    ["solve", "x^2", "--detail", "all"],
    ["solve", "x^2", "--view", "tensor"],
    ["list", "fruits"],
    ["slove"],
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files that are no problems."""
    monkeypatch.chdir(tmp_path)
    Path("binary.toml").write_bytes(bytes(range(256)) * 10)
    Path("empty.toml").write_text("")
    Path("long.toml").write_text('[let]\nL = "' + "x + " * 250_000 + '1"\n')
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, prog_name="symdl")


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def refused(result: Result, folder: Path, before: set[str]) -> str:
    """The message of a refusal: code 2, nothing printed, nothing written, no traceback."""
    assert result.exit_code == 2, (result.exit_code, result.output)
    assert result.stdout == ""
    assert files(folder) == before
    assert "Traceback" not in result.stderr
    assert "mistake in symdl" not in result.stderr
    return result.stderr


@pytest.mark.parametrize(("text", "words", "hint"), BAD.values(), ids=BAD.keys())
def test_problem(text: str, words: str, hint: str | None, folder: Path) -> None:
    (folder / "p.toml").write_text(text, encoding="utf-8")
    before = files(folder)
    message = refused(run("solve", "p.toml", "-o", "sheet.html"), folder, before)
    first, *rest = message.splitlines()
    assert re.match(r"p\.toml:\d+: ", first), first
    assert words in first
    assert len(first) < 400
    assert len(re.findall(r"^p\.toml", message, re.MULTILINE)) == 1, "more than one message"
    assert rest[1].strip(" ^") == "", "the place is marked"
    hints = [line for line in rest if line.startswith("  hint: ")]
    assert not hint or hint in hints[0]


@pytest.mark.parametrize("text", [text for text, _, _ in BAD.values()], ids=BAD.keys())
def test_problem_in_persian(text: str, folder: Path) -> None:
    (folder / "p.toml").write_text(text, encoding="utf-8")
    message = refused(run("solve", "p.toml", "--language", "fa"), folder, files(folder))
    sentence = message.splitlines()[0].split(": ", 1)[1]
    assert re.match("[\u200e\u200f\u2066-\u2069]*[\u0600-\u06ff]", sentence), sentence
    assert "hint:" not in message


@pytest.mark.parametrize(("args", "words"), COMMANDS.values(), ids=COMMANDS.keys())
def test_command(args: list[str], words: str, folder: Path) -> None:
    message = refused(run(*args), folder, files(folder))
    assert words in message.splitlines()[0]


@pytest.mark.parametrize("args", CLICK, ids=lambda args: args[-1])
def test_words_that_the_command_does_not_know(args: list[str], folder: Path) -> None:
    assert args[-1] in refused(run(*args), folder, files(folder))


@pytest.mark.parametrize(
    "args", [["nothing.toml"], ["p.toml", "-o", "a.json"], ["binary.toml"]], ids=lambda args: args[0]
)
def test_a_process_of_its_own(args: list[str], folder: Path) -> None:
    (folder / "p.toml").write_text(BAD["a cycle"][0])
    before = files(folder)
    found = subprocess.run(
        [sys.executable, "-m", "symdl", "solve", *args], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (2, "")
    assert "Traceback" not in found.stderr
    assert found.stderr.startswith(args[0])
    assert files(folder) == before


@pytest.mark.parametrize(("text", "name"), [("y = x^2", "y"), ("f(x) = x^2", "f"), ("loss = x^2", "loss")])
def test_an_expression_may_say_its_name(text: str, name: str, folder: Path) -> None:
    result = run("solve", text, "--by", "x")
    assert result.exit_code == 0 and f"d{name}/dx = 2x" in result.stdout


def test_the_largest_of_one_number_is_no_mistake_in_symdl(folder: Path) -> None:
    assert run("solve", "max(x)", "--by", "x").exit_code == 0


def test_a_title_cannot_turn_the_sheet_around(folder: Path) -> None:
    (folder / "p.toml").write_text('title = "abc \u202e def"\n' + LOSS + GRADIENT, encoding="utf-8")
    assert run("solve", "p.toml", "-o", "a.html", "-o", "a.tex").exit_code == 0
    for name in ("a.html", "a.tex"):
        assert "\u202e" not in (folder / name).read_text(encoding="utf-8")
    assert "\u202e" not in run("solve", "p.toml").stdout
