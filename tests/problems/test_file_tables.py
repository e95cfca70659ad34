"""These tests read files with entries that cannot be and compare the whole message, as a user sees it."""
# ruff: noqa: E501 (messages stand on lines as long as they are)

from __future__ import annotations

import pytest

from symdl.errors import ProblemError
from symdl.problems.reading.file import read_text

WRONG = {
    "nothing at all": (
        "",
        """
problem.toml: There is nothing to do: no [let], no [network] and no [[ask]].
""",
    ),
    "a misspelt section": (
        "[gievn]\nx = 1",
        """
problem.toml:1: A problem has no `gievn`.
  [gievn]
   ^^^^^
  hint: did you mean `given`?
""",
    ),
    "an unknown section": (
        "[appendix]\nx = 1",
        """
problem.toml:1: A problem has no `appendix`; it has title, source, seed, conventions, rounding, notation, dims, given, draw, symbols, assume, network, let, ask, sheet, rubric.
  [appendix]
   ^^^^^^^^
""",
    ),
    "a misspelt key of a section": (
        "[rounding]\ndigit = 3",
        """
problem.toml:2: `[rounding]` has no key `digit`.
  digit = 3
  ^^^^^
  hint: did you mean `digits`?
""",
    ),
    "a key of another section": (
        "[conventions]\ndigits = 3",
        """
problem.toml:2: `[conventions]` has no key `digits`: it stands in `[rounding]`.
  digits = 3
  ^^^^^^
""",
    ),
    "a key outside of its section": (
        "digits = 3",
        """
problem.toml:1: A problem has no `digits`: it stands in `[rounding]`.
  digits = 3
  ^^^^^^
""",
    ),
    "a misspelt convention": (
        '[conventions]\njacobian = "numerater"',
        """
problem.toml:2: `conventions.jacobian` is one of numerator, denominator, not "numerater".
  jacobian = "numerater"
  ^^^^^^^^
  hint: did you mean `numerator`?
""",
    ),
    "a kink that is nothing": (
        '[conventions]\nkink = "left"',
        """
problem.toml:2: `conventions.kink` is "default", "undefined" or a number, not "left".
  kink = "left"
  ^^^^
""",
    ),
    "digits out of range": (
        "[rounding]\ndigits = 40",
        """
problem.toml:2: `rounding.digits` lies between 1 and 17; 40 does not.
  digits = 40
  ^^^^^^
""",
    ),
    "digits that are no whole number": (
        "[rounding]\ndigits = 3.5",
        """
problem.toml:2: `rounding.digits` is a whole number from 1 on, not 3.5.
  digits = 3.5
  ^^^^^^
""",
    ),
    "a seed below zero": (
        "seed = -1",
        """
problem.toml:1: `seed` lies between 0 and 9223372036854775807; -1 does not.
  seed = -1
  ^^^^
""",
    ),
    "a title that is a number": (
        "title = 3",
        """
problem.toml:1: `title` is a text in quotes, not 3.
  title = 3
  ^^^^^
""",
    ),
    "an empty title": (
        'title = " "',
        """
problem.toml:1: `title` is empty.
  title = " "
  ^^^^^
""",
    ),
    "a title in no language": (
        'title = {english = "a"}',
        """
problem.toml:1: `title` is a text, or a table with a text for each language such as {en = "…", fa = "…"}; the languages are en, fa, and "english" is none of them.
  title = {english = "a"}
  ^^^^^
""",
    ),
    "a title of ten thousand letters": (
        'title = "' + "a" * 10_000 + '"',
        """
problem.toml:1: `title` has 10000 characters; at most 1000 are read.
  title = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  ^^^^^
""",
    ),
    "a section that is a value": (
        "given = 3",
        """
problem.toml:1: `given` is a table of keys and values, not 3.
  given = 3
  ^^^^^
""",
    ),
    "a size that is text": (
        '[dims]\nN = "three"',
        """
problem.toml:2: `dims.N` is a whole number from 1 on, not "three".
  N = "three"
  ^
""",
    ),
    "a size below one": (
        "[dims]\nN = 0",
        """
problem.toml:2: `dims.N` lies between 1 and 1000000; 0 does not.
  N = 0
  ^
""",
    ),
    "ragged rows": (
        "[given]\nW = [[1, 2],\n     [3]]",
        """
problem.toml:3: `given.W[2]` has length 1, but the first row has length 2.
       [3]]
       ^
""",
    ),
    "a number among rows": (
        "[given]\nW = [[1, 2], 3]",
        """
problem.toml:2: `given.W[2]` has another shape than the first entry of its list.
  W = [[1, 2], 3]
  ^
""",
    ),
    "an empty list": (
        "[given]\nx = []",
        """
problem.toml:2: `given.x` is an empty list.
  x = []
  ^
""",
    ),
    "not a number": (
        "[given]\nx = [1, nan]",
        """
problem.toml:2: `given.x[2]` is not a finite number: nan.
  x = [1, nan]
  ^
""",
    ),
    "infinity": (
        "[given]\nx = -inf",
        """
problem.toml:2: `given.x` is not a finite number: -inf.
  x = -inf
  ^
""",
    ),
    "a date": (
        "[given]\nx = 2024-01-01",
        """
problem.toml:2: `given.x` is a number or an exact one in quotes such as "1/3", not 2024-01-01.
  x = 2024-01-01
  ^
""",
    ),
    "a yes": (
        "[given]\nx = true",
        """
problem.toml:2: `given.x` is a number or an exact one in quotes such as "1/3", not true.
  x = true
  ^
""",
    ),
    "a table for a number": (
        "[given]\nx = {a = 1}",
        """
problem.toml:2: `given.x` is a number or an exact one in quotes such as "1/3", not {a = 1}.
  x = {a = 1}
  ^
""",
    ),
    "an empty number": (
        '[given]\nx = ""',
        """
problem.toml:2: `given.x` is empty.
  x = ""
  ^
""",
    ),
    "a huge exponent": (
        "[given]\nx = 1e5000",
        """
problem.toml:2: `given.x` is out of reach: 1e5000. Powers of ten from -300 to 300 are read.
  x = 1e5000
  ^
""",
    ),
    "too many digits": (
        "[given]\nx = 0.1111111111111111111111111111111111111111111111111111111111111",
        """
problem.toml:2: `given.x` has a number of more than 60 digits.
  x = 0.1111111111111111111111111111111111111111111111111111111111111
  ^
""",
    ),
    "too many numbers": (
        "[given]\nx = [" + "1, " * 100_001 + "]",
        """
problem.toml:2: `given.x` has more than 100000 numbers.
  x = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  ^
""",
    ),
    "lists too deep": (
        "[given]\nx = [[[[[[[1]]]]]]]",
        """
problem.toml:2: `given.x[1][1][1][1][1][1]` nests lists more than 6 levels deep.
  x = [[[[[[[1]]]]]]]
            ^
""",
    ),
    "a name that begins with a digit": (
        '[given]\n"2x" = 1',
        """
problem.toml:2: A name or an entry such as "W1[1,2]" is expected, not "2x".
  "2x" = 1
  ^^^^
""",
    ),
    "a name with a minus": (
        "[given]\nx-1 = 1",
        """
problem.toml:2: A name or an entry such as "W1[1,2]" is expected, not "x-1".
  x-1 = 1
  ^^^
""",
    ),
    "dimensions without a list": (
        '[symbols]\nX = "N"',
        """
problem.toml:2: `symbols.X` is a list of sizes such as ["N", 3], or [] for a scalar, not "N".
  X = "N"
  ^
""",
    ),
    "a dimension of zero": (
        '[symbols]\nX = ["N", 0]',
        """
problem.toml:2: `symbols.X[2]` is a size: a positive whole number or a name such as "N", not 0.
  X = ["N", 0]
  ^
""",
    ),
    "a dimension that is no size": (
        '[symbols]\nX = ["N?"]',
        """
problem.toml:2: `symbols.X[1]` is a size: a positive whole number or a name such as "N", not "N?".
  X = ["N?"]
       ^^^^
""",
    ),
    "an unknown fact": (
        '[let]\nf = "p"\n[assume]\np = "positiv"',
        """
problem.toml:4: `assume.p[1]` is one of real, positive, integer, unit, distribution, distribution-columns, one-hot, symmetric, orthogonal, positive-definite, positive-semidefinite, not "positiv".
  p = "positiv"
  ^
  hint: did you mean `positive`?
""",
    ),
    "a fact about nothing": (
        '[let]\nf = "p"\n[assume]\nq = "positive"',
        """
problem.toml:4: `assume.q`: nothing here is called `q`; the names are f.
  q = "positive"
  ^
""",
    ),
    "another name for nothing": (
        '[let]\nf = "p"\n[notation.names]\nz1 = "z"',
        """
problem.toml:4: `notation.names.z1`: nothing here is called `z1`; the names are f.
  z1 = "z"
  ^^
""",
    ),
    "a formula that is a number": (
        "[let]\nf = 3",
        """
problem.toml:2: `let.f` is a text in quotes, not 3.
  f = 3
  ^
""",
    ),
    "an empty formula": (
        '[let]\nf = ""',
        """
problem.toml:2: `let.f` is empty.
  f = ""
  ^
""",
    ),
    "a formula for a number": (
        '[let]\n"2f" = "x"',
        """
problem.toml:2: What stands left of a formula begins with a name, as "z1" and "D(x)" do; "2f" does not.
  "2f" = "x"
  ^^^^
""",
    ),
    "one name twice": (
        '[given]\nx = 1\n[symbols]\nx = []\n[let]\nf = "x"',
        """
problem.toml:4: `x` is declared in [given] and again in [symbols].
  x = []
  ^
  hint: keep one of them: [given] has values, [symbols] has none, [let] computes.
""",
    ),
    "a network without input": (
        "[network]\nlayers = [{dense = 2}]",
        """
problem.toml:1: `[network]` needs the key `input`.
  [network]
   ^^^^^^^
""",
    ),
    "a network without layers": (
        '[network]\ninput = "x"\nlayers = []',
        """
problem.toml:3: `network.layers` is an empty list.
  layers = []
  ^^^^^^
""",
    ),
    "a layer that is a number": (
        '[network]\ninput = "x"\nlayers = [{dense = 2},\n  3]',
        """
problem.toml:3: `network.layers[2]` is a table of keys and values, not 3.
  layers = [{dense = 2},
  ^^^^^^
""",
    ),
    "a sheet of no detail": (
        '[sheet]\ndetail = "lectures"',
        """
problem.toml:2: `sheet.detail` is one of answer, outline, lecture, tutorial, audit, not "lectures".
  detail = "lectures"
  ^^^^^^
  hint: did you mean `lecture`?
""",
    ),
    "several at once": (
        'title = 3\nseeed = 4\n[given]\nx = []\n[let]\nf = 1\n[[ask]]\ngradient = "f"\nbye = "x"\n[[ask]]\nhesian = "f"',
        """
problem.toml:1: `title` is a text in quotes, not 3.
  title = 3
  ^^^^^
problem.toml:2: A problem has no `seeed`.
  seeed = 4
  ^^^^^
  hint: did you mean `seed`?
problem.toml:4: `given.x` is an empty list.
  x = []
  ^
problem.toml:6: `let.f` is a text in quotes, not 1.
  f = 1
  ^
problem.toml:9: An ask of kind `gradient` has no `bye`.
  bye = "x"
  ^^^
  hint: did you mean `by`?
… and more; mend these first.
""",
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG.keys())
def test_message(text, expected):
    with pytest.raises(ProblemError) as caught:
        read_text(text, "problem.toml")
    assert caught.value.message() == expected.strip("\n")
