"""A derivation in a real notebook kernel: it runs, shows itself, and prints nothing on standard error."""

from __future__ import annotations

import pytest

nbformat = pytest.importorskip("nbformat", reason="needs the notebook extra")
nbclient = pytest.importorskip("nbclient", reason="needs the notebook extra")
pytest.importorskip("ipykernel", reason="needs the notebook extra")

CELLS = (
    "import symdl, numpy as np, sympy",
    'd = symdl.solve("x^2 + 3*x*y + y^2", at={"x": 2, "y": 3})\nd',
    'x, y = sympy.symbols("x y")\nsymdl.solve(sympy.sin(x) * y, at={"x": 0, "y": 2}).gradient["x"].value',
    'p = symdl.problem(given={"A": np.eye(2), "v": [1, 2]}, let={"f": "v^T A v"},'
    ' asks=[{"gradient": "f", "by": "A"}])\n'
    'symdl.derive(p).gradient["A"].numpy.tolist()',
    'symdl.compose(d, language="fa")',
    'symdl.explain("relu")',
    'symdl.feedback(symdl.grade(p, {"gradient.f.A": "v v^T"}))',
)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_notebook_runs() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    shown, sine, outer, *documents = outputs
    assert "text/html" in shown.data and "text/latex" in shown.data
    assert sine.data["text/plain"] in ("Fraction(2, 1)", "2.0")
    assert outer.data["text/plain"] == "[[1.0, 2.0], [2.0, 4.0]]"
    assert len(documents) == 3
    assert all({"text/html", "text/latex", "text/plain"} <= set(document.data) for document in documents)
