"""These tests read asks that cannot be and compare the whole message, as a user sees it."""
# ruff: noqa: E501 (messages stand on lines as long as they are)

from __future__ import annotations

import pytest

from symdl.errors import ProblemError
from symdl.problems.reading.file import read_text

ASK = '[given]\nx = [1, 2]\n[let]\nf = "sum(x^2)"\n[[ask]]\n'
UPDATE = ASK + 'update = "adam"\nof = "f"\n'

WRONG = {
    "one bracket too few": (
        '[ask]\ngradient = "f"',
        """
problem.toml:1: An ask is a repeated section.
  [ask]
   ^^^
  hint: write `[[ask]]` with two brackets.
""",
    ),
    "an ask that is a number": (
        "ask = [3]",
        """
problem.toml:1: `ask[1]` is a table of keys and values, not 3.
  ask = [3]
  ^^^
""",
    ),
    "a misspelt kind": (
        ASK + 'gradeint = "f"',
        """
problem.toml:6: `ask[1].gradeint` is no kind of ask.
  gradeint = "f"
  ^^^^^^^^
  hint: did you mean `gradient`?
""",
    ),
    "no kind": (
        ASK + 'by = "x"',
        """
problem.toml:5: `ask[1]` asks for nothing: it needs one of the keys value, derivative, gradient, jacobian, hessian, hessian_vector, paths, taylor, stationary, minimize, root, update, compare, likelihood, check, show, separate, nearest.
  [[ask]]
    ^^^
""",
    ),
    "two kinds": (
        ASK + 'gradient = "f"\nhessian = "f"',
        """
problem.toml:7: One ask is about one thing, and this one has both `gradient` and `hessian`.
  hessian = "f"
  ^^^^^^^
  hint: give each an `[[ask]]` of its own.
""",
    ),
    "a misspelt setting": (
        UPDATE + "learnin_rate = 0.1",
        """
problem.toml:8: An ask of kind `update` has no `learnin_rate`.
  learnin_rate = 0.1
  ^^^^^^^^^^^^
  hint: did you mean `learning_rate`?
""",
    ),
    "a setting of another kind": (
        ASK + 'gradient = "f"\nlearning_rate = 0.1',
        """
problem.toml:7: An ask of kind `gradient` has no `learning_rate`; it has gradient, norms, id, points, answer_form, detail, view, by, at.
  learning_rate = 0.1
  ^^^^^^^^^^^^^
""",
    ),
    "a missing setting": (
        ASK + 'update = "adam"',
        """
problem.toml:5: An ask of kind `update` needs the key `of`.
  [[ask]]
    ^^^
""",
    ),
    "a quantity that is a number": (
        ASK + "gradient = 3",
        """
problem.toml:6: `ask[1].gradient` is a text in quotes, not 3.
  gradient = 3
  ^^^^^^^^
""",
    ),
    "a quantity that does not exist": (
        ASK + 'gradient = "Loss"',
        """
problem.toml:6: `ask[1].gradient`: nothing here is called `Loss`; the names are x, f.
  gradient = "Loss"
  ^^^^^^^^
""",
    ),
    "a variable that does not exist": (
        ASK + 'gradient = "f"\nby = ["x", "y"]',
        """
problem.toml:7: `ask[1].by[2]`: nothing here is called `y`; the names are x, f.
  by = ["x", "y"]
             ^^^
""",
    ),
    "no variables": (
        ASK + 'gradient = "f"\nby = []',
        """
problem.toml:7: `ask[1].by` is an empty list.
  by = []
  ^^
""",
    ),
    "a variable that is a number": (
        ASK + 'gradient = "f"\nby = ["x", 2]',
        """
problem.toml:7: `ask[1].by[2]` is a text in quotes, not 2.
  by = ["x", 2]
  ^^
""",
    ),
    "an entry that is not closed": (
        ASK + 'gradient = "f"\nby = ["x[1"]',
        """
problem.toml:7: A name or an entry such as "W1[1,2]" is expected, not "x[1".
  by = ["x[1"]
        ^^^^^
""",
    ),
    "steps below one": (
        UPDATE + "steps = 0",
        """
problem.toml:8: `ask[1].steps` lies between 1 and 1000000; 0 does not.
  steps = 0
  ^^^^^
""",
    ),
    "steps that are no whole number": (
        UPDATE + "steps = 2.5",
        """
problem.toml:8: `ask[1].steps` is a whole number from 1 on, not 2.5.
  steps = 2.5
  ^^^^^
""",
    ),
    "a yes in quotes": (
        UPDATE + 'epsilon_inside = "yes"',
        """
problem.toml:8: `ask[1].epsilon_inside` is true or false, not "yes".
  epsilon_inside = "yes"
  ^^^^^^^^^^^^^^
""",
    ),
    "a rate that is a list": (
        UPDATE + "learning_rate = [1]",
        """
problem.toml:8: `ask[1].learning_rate` is a number or an exact one in quotes such as "1/3", not [1].
  learning_rate = [1]
  ^^^^^^^^^^^^^
""",
    ),
    "after nothing": (
        UPDATE + 'after = "step1"',
        """
problem.toml:8: `ask[1].after`: no earlier ask is called `step1`.
  after = "step1"
  ^^^^^
""",
    ),
    "an order of a million": (
        ASK + 'taylor = "f"\norder = 1000000\nby = "x"',
        """
problem.toml:7: `ask[1].order` lies between 1 and 50; 1000000 does not.
  order = 1000000
  ^^^^^
""",
    ),
    "a point without names": (
        ASK + 'taylor = "f"\nat = 0',
        """
problem.toml:7: `ask[1].at` needs the name of its variable.
  at = 0
  ^^
  hint: write `at = {x = 2}`.
""",
    ),
    "a start at an unknown name": (
        ASK + 'minimize = "f"\nstart = {z = 1}',
        """
problem.toml:7: `ask[1].start.z`: nothing here is called `z`; the names are x, f.
  start = {z = 1}
           ^
""",
    ),
    "an unknown line search": (
        ASK + 'minimize = "f"\nline_search = "armjo"',
        """
problem.toml:7: `ask[1].line_search` is one of exact, armijo, wolfe, not "armjo".
  line_search = "armjo"
  ^^^^^^^^^^^
  hint: did you mean `armijo`?
""",
    ),
    "rules without a rule": (
        ASK + 'compare = "f"\nrules = [{learning_rate = 0.1}]',
        """
problem.toml:7: `ask[1].rules[1]` needs either `update` or `minimize`, and only one of them.
  rules = [{learning_rate = 0.1}]
           ^
""",
    ),
    "rules with a misspelt setting": (
        ASK + 'compare = "f"\nrules = [{update = "gd"},\n  {update = "adam", beta = 0.9}]',
        """
problem.toml:8: `ask[1].rules[2]` has no key `beta`.
    {update = "adam", beta = 0.9}]
                      ^^^^
  hint: did you mean `beta2`?
""",
    ),
    "no rules": (
        ASK + 'compare = "f"',
        """
problem.toml:5: An ask of kind `compare` needs the key `rules`.
  [[ask]]
    ^^^
""",
    ),
    "rules that are a text": (
        ASK + 'compare = "f"\nrules = "gd"',
        """
problem.toml:7: `ask[1].rules` is a list, not "gd".
  rules = "gd"
  ^^^^^
""",
    ),
    "one id twice": (
        ASK + 'gradient = "f"\nid = "a"\n[[ask]]\nhessian = "f"\nid = "a"',
        """
problem.toml:10: The id `a` already belongs to ask 1.
  id = "a"
  ^^
""",
    ),
    "three hundred asks": (
        '[let]\nf = "x"\n' + '[[ask]]\nvalue = "f"\n' * 300,
        """
problem.toml:3: There are 300 asks; at most 200 are read.
  [[ask]]
    ^^^
""",
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG.keys())
def test_message(text, expected):
    with pytest.raises(ProblemError) as caught:
        read_text(text, "problem.toml")
    assert caught.value.message() == expected.strip("\n")
