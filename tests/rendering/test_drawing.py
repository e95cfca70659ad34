"""Drawings by their geometry: nothing covers anything, no arrow runs through a box, all lies on the page."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symdl.core.naming import leaf
from symdl.document.blocks import Diagram, Edge, Math, Network, Node, Pictures
from symdl.document.language import typeset
from symdl.formula.notation import Notation
from symdl.formula.tree import Compare
from symdl.rendering.pictures.drawing import Box, Drawing, Label, Line, Stroke, arrow
from symdl.rendering.pictures.flow import flow
from symdl.rendering.pictures.neurons import crosses, neurons, overlap
from symdl.rendering.pictures.routing import bands
from symdl.rendering.pictures.scenes import scenes
from symdl.rendering.pictures.svg import svg
from symdl.rendering.pictures.tikz import tikz
from symdl.rendering.theme import Theme, theme_named
from tests.helpers.programs import programs

THEME = theme_named("paper")
LABELS = (
    "x",
    r"z^{(1)}=W^{(1)}x+b_1",
    r"\frac{\partial L}{\partial w_{11}}",
    "31",
    r"\begin{pmatrix}0.1\\0.2\end{pmatrix}",
)


def math(tex):
    return Math(tex, tex)


def shrunk(shape, by=0.03):
    """A box or label a little smaller, so that touching is not crossing."""
    return Box(shape.x, shape.y, shape.width - 2 * by, shape.height - 2 * by)


def outer_boxes(drawing):
    """The frames of nodes, without the second line of a loss and the ground of a label."""
    boxes = [shape for shape in drawing.shapes if isinstance(shape, Box)]
    return [
        box
        for box in boxes
        if not any(
            other is not box and (other.x, other.y) == (box.x, box.y) and other.width > box.width
            for other in boxes
        )
    ]


def holds(outer, inner):
    a, b = outer.bounds, inner.bounds
    return a[0] <= b[0] + 1e-6 and a[1] <= b[1] + 1e-6 and b[2] <= a[2] + 1e-6 and b[3] <= a[3] + 1e-6


def faults(drawing: Drawing) -> list[str]:
    """Everything that covers or crosses something, or lies outside."""
    boxes, found = outer_boxes(drawing), []
    labels = [shape for shape in drawing.shapes if isinstance(shape, Label)]
    lines = [shape for shape in drawing.shapes if isinstance(shape, Line)]
    outside = [one for one in labels if not any(holds(box, one) for box in boxes)]
    for one, other in combinations([*boxes, *outside], 2):
        if overlap(shrunk(one), shrunk(other), 0.0):
            found.append(f"{one} covers {other}")
    for line in lines:
        ends = list(pairwise((*line.points, line.points[0]) if line.stroke is None else line.points))
        for box in boxes:
            if any(crosses(shrunk(box), end) for end in ends):
                found.append(f"{line} crosses {box}")
    for one in outside:
        crossing = sum(any(crosses(shrunk(one), end) for end in pairwise(line.points)) for line in lines)
        if crossing > one.ground:
            found.append(f"{one} is crossed by {crossing} lines")
    for shape in (*boxes, *labels):
        left, top, right, bottom = shape.bounds
        if left < 0 or top < 0 or right > drawing.width or bottom > drawing.height:
            found.append(f"{shape} is off the page")
    for line in lines:
        if any(not (0 <= x <= drawing.width and 0 <= y <= drawing.height) for x, y in line.points):
            found.append(f"{line} is off the page")
    return found


@st.composite
def diagrams(draw):
    count = draw(st.integers(2, 12))
    label = st.sampled_from(LABELS).map(math)
    beside = st.none() | label
    kinds = st.sampled_from(("input", "parameter", "target", "intermediate", "loss"))
    nodes = tuple(
        Node(f"n{k}", draw(label), math("s"), draw(kinds), draw(beside), draw(beside), draw(st.booleans()))
        for k in range(count)
    )
    pairs = draw(
        st.sets(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), min_size=1, max_size=18)
    )
    edges = tuple(
        Edge(f"n{min(pair)}", f"n{max(pair)}", draw(beside), draw(st.booleans()))
        for pair in sorted(pairs)
        if pair[0] != pair[1]
    )
    return Diagram(nodes, edges, "alt", backward=draw(st.booleans()))


@settings(max_examples=40, deadline=None)
@given(diagrams(), st.sampled_from(("LR", "TB")))
def test_no_arrow_runs_through_a_box_and_nothing_covers_anything(diagram, direction):
    assert faults(flow(diagram, THEME, direction)) == []


@settings(max_examples=25, deadline=None)
@given(programs(), st.sampled_from(("LR", "TB")))
def test_the_graphs_of_random_programs(program, direction):
    graph = program.graph()
    notation = Notation()
    lines = {str(line.name): inside for line, inside in graph.leaves.items() if isinstance(line.name, str)}

    def box(name):
        short = typeset(leaf(name), notation)
        written = graph.written.get(name)
        whole = short if written is None else typeset(Compare("=", leaf(name), written), notation)
        return Node(name, whole, short, above=math("0.25"))

    nodes = tuple(box(str(v.name)) for v in graph.variables() if isinstance(v.name, str))
    edges = tuple(
        Edge(str(var.name), line, math("2x"))
        for line, inside in lines.items()
        for var in inside
        if isinstance(var.name, str)
    )
    assert faults(flow(Diagram(nodes, edges, ""), THEME, direction)) == []


def planted():
    """A line drawn straight through the box between two others."""
    boxes = tuple(Box(x, 2.0, 2.0, 1.5) for x in (2.0, 6.0, 10.0))
    return Drawing(12.0, 4.0, (*boxes, *arrow(((3.0, 2.0), (9.0, 2.0)), Stroke())))


def test_faults_are_found():
    assert any("crosses" in fault for fault in faults(planted()))
    near = Label(2.5, 2.0, math("x"), 2.0, 1.0)
    assert any("covers" in fault for fault in faults(Drawing(9.0, 4.0, (Box(1.5, 2.0, 2.0, 1.0), near))))
    assert any("page" in fault for fault in faults(Drawing(1.0, 1.0, (near,))))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=5), st.sampled_from(("0.15", "w_{11}^{(1)}", "-0.0123"))
)
def test_units_and_weights_keep_apart(sizes, weight):
    layers = tuple(
        tuple(Node(f"{i} {k}", math(f"h_{k}^{{({i})}}"), above=math("0.3775")) for k in range(size))
        for i, size in enumerate(sizes)
    )
    edges = tuple(
        Edge(a.key, b.key, math(weight), a.key.endswith("0"))
        for left, right in pairwise(layers)
        for a in left
        for b in right
    )
    drawing = neurons(
        Network(layers, tuple(math(f"h^{{({i})}}") for i in range(len(sizes))), edges, ""), THEME
    )
    labels = [shape for shape in drawing.shapes if isinstance(shape, Label)]
    circles = outer_boxes(drawing)
    outside = [one for one in labels if not any(holds(box, one) for box in circles)]
    covered = [
        (one, other)
        for one, other in combinations([*circles, *outside], 2)
        if overlap(shrunk(one), shrunk(other), 0.0)
    ]
    assert covered == []
    assert all(
        0 <= x <= drawing.width for line in drawing.shapes if isinstance(line, Line) for x, _ in line.points
    )


def test_bands_hold_every_box_of_their_layer():
    assert bands([(1.0, 2.0), (1.0, 3.0), (6.0, 1.0)]) == [(-0.5, 2.5), (5.5, 6.5)]


GIVEN = Node("x", math("x"), kind="input", above=math("2"))
SQUARE = Node("a", math("a=x^2"), above=math("4"), below=math("1"), marked=True)
DIAGRAM = Diagram((GIVEN, SQUARE), (Edge("x", "a", math("2x=4"), True),), "a is made of x", backward=True)


def test_one_geometry_in_both_formats():
    drawing = flow(DIAGRAM, THEME)
    picture, source = svg(drawing, THEME, "a & b"), tikz(drawing)
    root = ElementTree.fromstring(picture)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "a & b"
    assert "currentColor" not in picture
    ids = re.findall(r'id="([^"]+)"', picture)
    assert len(ids) == len(set(ids)) and all(used in ids for used in re.findall(r'href="#([^"]+)"', picture))
    assert source.count(r"\node") == sum(isinstance(shape, Label) for shape in drawing.shapes)
    assert "$a=x^2$" in source and svg(drawing, THEME) == svg(flow(DIAGRAM, THEME), THEME)


def test_what_is_pointed_out_is_thicker_not_only_colored():
    drawing = flow(DIAGRAM, THEME)
    plain = flow(replace(DIAGRAM, edges=(replace(DIAGRAM.edges[0], marked=False),)), THEME)

    def widths(of):
        return {shape.stroke.width for shape in of.shapes if isinstance(shape, Line) and shape.stroke}

    assert min(widths(drawing)) > max(widths(plain))


def test_pictures_that_fit_share_a_row_and_large_ones_are_made_smaller():
    (row,) = scenes(Pictures((DIAGRAM, DIAGRAM)), THEME)
    assert len(row) == 2 and sum(scene.width for scene in row) <= THEME.measure
    long = Diagram(
        tuple(Node(f"n{k}", math(r"z^{(1)}=W^{(1)}x+b")) for k in range(14)),
        tuple(Edge(f"n{k}", f"n{k + 1}") for k in range(13)), "",
    )  # fmt: skip
    rows = scenes(Pictures((long, long)), THEME)
    assert all(scene.width <= THEME.measure + 1e-6 for row in rows for scene in row)


@pytest.mark.parametrize("color", ["upstream", "local", "changed", "growth", "contour", "quiet"])
def test_colors_of_pictures_stand_out_and_are_colors_of_the_theme(color):
    from symdl.rendering.theme import contrast

    assert contrast(THEME.colors[color], THEME.colors["paper"]) >= 4.5


@pytest.mark.parametrize("key", ["paper", "slides"])
def test_pictures_leave_room_for_their_captions(key):
    theme = theme_named(key)
    free = (theme.page["height"] - theme.page["top"] - theme.page["bottom"]) * 72 / 25.4 / theme.sizes["text"]
    tall = Diagram(
        tuple(Node(f"n{k}", math("h")) for k in range(12)),
        tuple(Edge(f"n{k}", f"n{k + 1}", math("2x")) for k in range(11)), "",
    )  # fmt: skip
    for row in scenes(Pictures((tall, tall)), theme):
        assert all(scene.drawing.height * scene.scale <= free - 8 for scene in row)


def test_units_with_long_names_do_not_grow(paper: Theme) -> None:
    """The name of the layer stands below; in its units their numbers do."""

    def layer(name: str) -> tuple[Node, ...]:
        return tuple(Node(f"{name}{k}", Math(rf"{name}_{{{k}}}", name), Math(str(k), str(k))) for k in (1, 2))

    short, long = (
        neurons(Network((layer(name), layer("h")), (Math(name, name), Math("h", "h")), (), "told"), paper)
        for name in ("x", r"\mathit{features\_of\_the\_input}")
    )
    assert long.height <= short.height * 1.2
    told = {shape.math.plain for shape in long.shapes if isinstance(shape, Label)}
    assert {"1", "2"} <= told
