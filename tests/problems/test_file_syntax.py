"""These tests read files that are not TOML and compare the whole message, as a user sees it."""

from __future__ import annotations

import pytest

from symdl.errors import ProblemError
from symdl.problems.reading.file import read_text

BROKEN = {
    "a formula without quotes": (
        "[let]\nz1 = W x + b  # no quotes",
        """
problem.toml:2: This is no TOML value: a number, a text in quotes, true, false, a list or a table.
  z1 = W x + b  # no quotes
       ^
  hint: text and formulas stand in quotes: `z1 = "W x + b"`
""",
    ),
    "a word processor's quotes": (
        "title = “XOR”",
        """
problem.toml:1: This is no TOML value: a number, a text in quotes, true, false, a list or a table.
  title = “XOR”
          ^
  hint: text and formulas stand in quotes: `title = "XOR"`
""",
    ),
    "no value": (
        "seed =",
        """
problem.toml:1: This is no TOML value: a number, a text in quotes, true, false, a list or a table.
  seed =
       ^
""",
    ),
    "no equals sign": (
        '[let]\nz1: "W x"',
        """
problem.toml:2: An equals sign is expected after a key.
  z1: "W x"
    ^
  hint: a key with blanks, brackets, commas or letters other than a to z stands in quotes.
""",
    ),
    "no key": (
        "= 3",
        """
problem.toml:1: A line begins with a key, as in `key = value`, or is a section such as `[let]`, or a comment.
  = 3
  ^
  hint: a key with letters other than a to z, or with brackets, stands in quotes.
""",
    ),
    "a key with blanks": (
        "my key = 3",
        """
problem.toml:1: An equals sign is expected after a key.
  my key = 3
     ^
  hint: a key with blanks, brackets, commas or letters other than a to z stands in quotes.
""",
    ),
    "a key in Persian letters without quotes": (
        "نام = 3",
        """
problem.toml:1: A line begins with a key, as in `key = value`, or is a section such as `[let]`, or a comment.
  نام = 3
  ^
  hint: a key with letters other than a to z, or with brackets, stands in quotes.
""",
    ),
    "a number written with two points": (
        "[given]\nx = 0.1.2",
        """
problem.toml:2: Something follows the value on this line.
  x = 0.1.2
         ^
  hint: text and formulas stand in quotes: `x = "0.1.2"`
""",
    ),
    "a leading zero": (
        "seed = 07",
        """
problem.toml:1: Something follows the value on this line.
  seed = 07
          ^
  hint: text and formulas stand in quotes: `seed = "07"`
""",
    ),
    "two commas": (
        "[given]\nx = [1,, 2]",
        """
problem.toml:2: This is no TOML value: a number, a text in quotes, true, false, a list or a table.
  x = [1,, 2]
         ^
""",
    ),
    "a list that is not closed before the next key": (
        "[given]\nx = [1, 2\ny = 3",
        """
problem.toml:2: This bracket is never closed.
  x = [1, 2
      ^
  hint: a list ends with `]`; an inline table ends with `}` on the line on which it begins.
""",
    ),
    "a list that is not closed at all": (
        "[given]\nx = [[1, 2],\n     [3, 4]\n",
        """
problem.toml:2: This bracket is never closed.
  x = [[1, 2],
      ^
  hint: a list ends with `]`; an inline table ends with `}` on the line on which it begins.
""",
    ),
    "an inline table over two lines": (
        'title = {en = "a",\n  fa = "b"}',
        """
problem.toml:1: This bracket is never closed.
  title = {en = "a",
          ^
  hint: a list ends with `]`; an inline table ends with `}` on the line on which it begins.
""",
    ),
    "a section that is not closed": (
        "[given\nx = 1",
        """
problem.toml:1: The name of a section ends with `]`, that of a repeated one with `]]`.
  [given
        ^
""",
    ),
    "a text that is not closed": (
        'title = "XOR\nseed = 3',
        """
problem.toml:1: A text in quotes is opened and not closed.
  title = "XOR
              ^
  hint: end it with the quote that began it.
""",
    ),
    "a long text that is not closed": (
        'title = """XOR\nseed = 3',
        """
problem.toml:2: A text in quotes is opened and not closed.
  seed = 3
         ^
  hint: end it with the quote that began it.
""",
    ),
    "TeX in double quotes": (
        '[notation.names]\nyh = "\\hat y"',
        r"""
problem.toml:2: A backslash in double quotes begins an escape such as `\n`, and this is none.
  yh = "\hat y"
          ^
  hint: write the text in single quotes, where a backslash is just a backslash.
""",
    ),
    "TeX that is an escape by chance": (
        '[notation.names]\nt = "\\theta"\n[let]\nf = "t"',
        r"""
problem.toml:2: `notation.names.t` holds a control character: `\t` in double quotes is one.
  t = "\theta"
  ^
  hint: write the text in single quotes, where a backslash is just a backslash.
""",
    ),
    "a control character": (
        'title = "a\x07"',
        """
problem.toml:1: There is a control character here.
  title = "a�"
            ^
""",
    ),
    "a key twice": (
        "[given]\nx = 1\ny = 2\nx = 3",
        """
problem.toml:4: `given.x` stands twice in the file, first on line 2.
  x = 3
  ^
""",
    ),
    "a section twice": (
        '[given]\nx = 1\n[let]\nf = "x"\n[given]\ny = 2',
        """
problem.toml:5: `given` stands twice in the file, first on line 1.
  [given]
   ^^^^^
""",
    ),
    "an inline key twice": (
        'title = {en = "a", en = "b"}',
        """
problem.toml:1: `title.en` stands twice in the file, first on line 1.
  title = {en = "a", en = "b"}
                     ^^
""",
    ),
    "a value that becomes a section": (
        'title = "a"\ntitle.en = "b"',
        """
problem.toml:2: A key or section stands here that the file already has.
  title.en = "b"
               ^
""",
    ),
    "ten thousand brackets": (
        "[given]\nx = " + "[" * 10_000,
        """
problem.toml:2: Lists and tables are nested more than 12 levels deep.
  x = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
                  ^
""",
    ),
    "a number of five thousand digits": (
        "[given]\nx = " + "9" * 5_000,
        """
problem.toml:2: A number or bare word has at most 100 characters, not 5000.
  x = 999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999
      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
    ),
    "a key of a thousand parts": (
        "a." * 1_000 + "b = 1",
        """
problem.toml:1: A dotted key has at most 6 parts.
  a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.
  ^
""",
    ),
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_message(text, expected):
    with pytest.raises(ProblemError) as caught:
        read_text(text, "problem.toml")
    assert caught.value.message() == expected.strip("\n")
