"""What does not fit is refused with the operands, their shapes and the nearest valid word."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import symdl
from symdl.errors import FormulaError, Place, ShapeError, SymdlError, reason_of
from symdl.registry import Registry
from symdl.text import placeholders, template
from tests.helpers.graphs import build, formula

INPUTS = {"a": (), "u": (3,), "v": (3,), "w": (2,), "A": (2, 3), "B": (2, 3), "S": (3, 3), "X": (2, 3, 4)}

SHAPES = [
    ("u + w", "`u` has shape 3 and `w` has shape 2", "b ones(N)^T"),
    ("A + w", "`A` has shape 2 × 3 and `w` has shape 2", "b ones(N)^T"),
    ("A u + v", "`A u` has shape 2 and `v` has shape 3", ""),
    ("max(A, S)", "`A` has shape 2 × 3 and `S` has shape 3 × 3", ""),
    ("mse(u, w)", "`u` has shape 3 and `w` has shape 2", ""),
    ("cross_entropy(u, w)", "`u` has shape 3 and `w` has shape 2", ""),
    ("u v", "`u` and `v` are two columns", "`u^T v`"),
    ("3 u v", "`u` and `v` are two columns", "`u v^T`"),
    ("A B", "would pair 3 with 2", "transposed"),
    ("A w", "`A` has shape 2 × 3 and `w` has shape 2", ""),
    ("u^T w", "`u^T` has shape 1 × 3 and `w` has shape 2", ""),
    ("A u^T", "`u^T` has shape 1 × 3", ""),
    ("w A", "no matrix product", ""),
    ("u^T + v", "`u^T` has shape 1 × 3 and `v` has shape 3", ""),
    ("u^T * v", "`u^T` has shape 1 × 3 and `v` has shape 3", ""),
    ("dot(u, w)", "`u` has shape 3 and `w` has shape 2", ""),
    ("S^2", "the square matrix `S`", "`S @ S`"),
    ("X^T", "`X` has shape 2 × 3 × 4", ""),
    ("u[4]", "`u` has shape 3, counted from 1; there is no place 4", ""),
    ("u[0]", "there is no place 0", ""),
    ("A[1, 2, 3]", "3 subscripts are too many", ""),
    ("u[2:5]", "from 2 to 5 does not lie in 1 to 3", ""),
    ("sum(u[i], i=1..4)", "there is no place 4", ""),
    ("[u, w]", "different lengths or shapes (3, 2)", ""),
    ("[1, u]", "different lengths or shapes (1, 3)", ""),
    ("trace(A)", "square matrix, not one of shape 2 × 3", ""),
    ("diag(A)", "square matrix, not one of shape 2 × 3", ""),
    ("softmax(a)", "`softmax` does not take an array of shape 1", ""),
    ("softmax(u, axis=2)", "has axes 1 to 1", ""),
    ("sum(A, axis=0)", "There is no axis 0", ""),
    ("sort(A)", "`sort` does not take an array of shape 2 × 3", ""),
    ("reshape(A, 2, 2)", "Shape 2 × 3 cannot be brought into shape 2 × 2", ""),
    ("concat(u, A)", "shapes 3, 2 × 3 do not fit side by side", ""),
    ("conv1d(w, u)", "A window of 3 does not fit into 2 entries", ""),
    ("conv2d(u, A)", "shape 3 and a kernel of shape 2 × 3", "channels"),
    ("conv1d(A, reshape(A, 1, 3, 2))", "different numbers of channels", ""),
    ("spread(w, A, axis=1)", "shape 2 cannot be repeated along axis 1", ""),
]  # fmt: skip
FORMULAS = [
    ("relu(u, v)", "`relu` is written `relu(x)`, not with 2 arguments", ""),
    ("bce(u)", "`bce` is written `bce(p, t)`", ""),
    ("where(u, v)", "`where(x > 0, a, b)`", ""),
    ("ones()", "`ones` is written `ones(m, n)`", ""),
    ("softmax(u, axs=1)", "`softmax` has no argument called `axs`", "`axis`"),
    ("sum(u, axis=a)", "(axis)", "[dims]"),
    ("ones(1.5)", "not 3/2", ""),
    ("ones(0)", "The size is at least 1, not 0", ""),
    ("pad(u, -1)", "The padding is at least 0, not -1", ""),
    ("conv1d(u, w, stride=0)", "The stride is at least 1, not 0", ""),
    ("max_pool(u, 0)", "The window is at least 1, not 0", ""),
    ("sum(u[i], i=1..a)", "(sum)", ""),
    ("sum(v, v in u)", "`v` runs over", ""),
]  # fmt: skip


@pytest.mark.parametrize("text, words, hint", SHAPES, ids=[text for text, _, _ in SHAPES])
def test_shapes_that_do_not_fit(text: str, words: str, hint: str):
    with pytest.raises(ShapeError) as refused:
        formula(text, **INPUTS)
    assert words in refused.value.message() and hint in (refused.value.hint() or "")


@pytest.mark.parametrize("text, words, hint", FORMULAS, ids=[text for text, _, _ in FORMULAS])
def test_calls_that_are_not_meant_so(text: str, words: str, hint: str):
    with pytest.raises(FormulaError) as refused:
        formula(text, **INPUTS)
    assert words in refused.value.message() and hint in (refused.value.hint() or "")


@pytest.mark.parametrize("text", ["sum(1, i=1..10^6)", "sum(u[1] i, i=1..19999)"])
def test_bound_sums_have_a_bound(text: str):
    with pytest.raises(FormulaError) as refused:
        formula(text, **INPUTS)
    assert refused.value.key == "formula.too_many_terms"


@pytest.mark.parametrize(
    "text, shape",
    [
        ("(u^T / 2) v", ()),
        ("(-u^T) A^T", (1, 2)),
        ("(u + v)^T v", ()),
        ("(u^T + v^T) v", ()),
        ("tanh(u^T) S u", ()),
        ("(a u^T) v", ()),
        ("u^T * A", (2, 3)),
        ("A * u", (2, 3)),
        ("concat(u, 1)", (4,)),
        ("flatten(a)", (1,)),
        ("reshape(a, 1, 1)", (1, 1)),
        ("bce(u, 1)", ()),
        ("A^2", (2, 3)),
    ],
)
def test_what_fits_has_its_shape(text: str, shape: tuple[int, ...]):
    assert formula(text, **INPUTS).output.shape == shape


def test_a_line_is_named_once():
    with pytest.raises(SymdlError) as refused:
        build({"x": ()}, [("z", "x + 1"), ("z", "x + 2")])
    assert "`z`" in refused.value.message()


def test_registries_refuse_doubles_and_know_their_neighbors():
    registry = Registry[Keyed]("things")
    registry.register(Keyed("sigmoid"))
    with pytest.raises(SymdlError) as twice:
        registry.register(Keyed("sigmoid"))
    assert "`sigmoid`" in twice.value.message()
    with pytest.raises(SymdlError) as missing:
        registry["sigmiod"]
    assert missing.value.hint() == "did you mean `sigmoid`?"


class Keyed:
    """Something to register."""

    def __init__(self, key: str) -> None:
        self.key = key


def raised(node: ast.AST) -> tuple[str, set[str] | None] | None:
    """The key of an error that is raised here, and its facts where all are written there."""
    match node:
        case ast.Call(ast.Name(kind), [ast.Constant(str() as key), *_], facts) if kind.endswith("Error"):
            names = {keyword.arg for keyword in facts}
            return key, None if None in names else {name for name in names if name}
    return None


ROOT = Path(symdl.__file__).parent
FOLDERS = [ROOT / name for name in ("core", "ops", "models", "autodiff", "derivation")]
MODULES = [ROOT / "registry.py", *(path for folder in FOLDERS for path in sorted(folder.glob("*.py")))]
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]
RAISED = [found for tree in TREES for found in map(raised, ast.walk(tree)) if found is not None]


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("key", sorted({key for key, _ in RAISED}))
def test_every_error_has_words_for_which_its_facts_suffice(key: str, language: str):
    words = template(f"error.{key}", language)
    assert words, f"[error] of {language}.toml has no words for {key}"
    for facts in (facts for other, facts in RAISED if other == key and facts is not None):
        assert set(placeholders(words)) <= facts


def test_a_persian_message_keeps_its_formulas_in_order() -> None:
    """Marks of direction hold what is in Latin letters; the place does not turn the sentence round."""
    facts = {"left": "W", "left_shape": "2 × 3", "right": "[1, 2]", "right_shape": "2"}
    error = ShapeError("shape.product", place=Place("p.toml", 3, "W @ [1, 2]", 0, 1), **facts)
    first, source, caret = error.message("fa").split("\n")
    assert first.startswith("\u200fp.toml:3: ")
    assert "\u200e2 × 3\u200e" in first
    assert "\u200e`[1, 2]`\u200e" in first
    assert (source[0], caret[0]) == ("\u200e", "\u200e")
    assert "\u200e" not in error.message("en")


def test_why_the_system_refused_is_told_in_words() -> None:
    missing = SymdlError("cli.system", path="a.csv", reason=reason_of(FileNotFoundError(2, "No such file")))
    assert missing.message() == "a.csv: there is no such file or folder."
    assert "چنین فایل یا پوشه‌ای نیست" in missing.message("fa")
    assert reason_of(OSError("gone")) == "gone"
