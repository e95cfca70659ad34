"""This module prints applied functions in TeX: operators, radicals, powers of e, cases, sums."""

from __future__ import annotations

from symdl.formula.functions import FunctionSpelling, operator, spelling
from symdl.formula.printing import ATOM, BIG, POSTFIX, POWER, PRODUCT, Piece, Printer, is_indicator
from symdl.formula.ranges import Range, ranges
from symdl.formula.spelling import parts
from symdl.formula.tree import Apply, Array, Compare, Name, Node, Relation, unmarked

RELATIONS = {"=": "=", "<": "<", ">": ">", "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "|": r"\mid"}
_OPPOSITE: dict[Relation, Relation] = {"=": "!=", "!=": "=", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}
_TALL = (r"\frac", r"\sum", r"\prod", r"\begin", r"\under")
_LONG_EXPONENT = 48  # characters of TeX


def tall(text: str) -> bool:
    """Whether brackets around a formula should grow."""
    return any(sign in text for sign in _TALL)


class TexFunctions(Printer):
    """The layouts of functions."""

    def _brackets(self, text: str) -> str:
        return rf"\left({text}\right)" if tall(text) else f"({text})"

    def _fenced(self, fence: str, node: Node) -> Piece:
        """Between single bars or double ones."""
        text = self.free(node)
        left, right = (r"\lvert", r"\rvert") if fence == "|" else (r"\lVert", r"\rVert")
        if tall(text):
            left, right = rf"\left{left}", rf"\right{right}"
        return f"{left} {text} {right}", ATOM

    def _called(self, node: Apply, *, bare: bool) -> Piece:
        found = self._spelled(node)
        single = len(node.args) == 1 and not node.keywords
        match found.layout:
            case "prefix" if single:
                return self._prefixed(node, bare=bare)
            case "exp" if single:
                return self._exponential(node, found)
            case "root" if single:
                return rf"\sqrt{{{self.free(node.args[0])}}}", ATOM
            case "bars" | "norm" if single:
                return self._fenced("|" if found.layout == "bars" else "‖", node.args[0])
            case "big" if single:
                return f"{found.tex} {self.at_least(node.args[0], BIG)}", BIG
            case "postfix" if single:
                return self.at_least(node.args[0], ATOM) + found.tex, POWER
            case "template" if single:
                return found.tex.replace("#", self.free(node.args[0])), POSTFIX
            case "base" if len(node.args) == 2:
                argument, base = node.args
                sign = f"{found.tex}_{{{self.free(base)}}}"
                if bare and isinstance(argument, Name):
                    return f"{sign} {self.free(argument)}", POWER
                return sign + self._brackets(self.free(argument)), ATOM
            case "limit" if len(node.args) == 3:
                body, name, goal = node.args
                under = rf"{self.free(name)} \to {self.free(goal)}"
                return rf"{found.tex}_{{{under}}} {self.at_least(body, BIG)}", BIG
            case "column" if not node.keywords:
                rows = r" \\ ".join(map(self.free, node.args))
                return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}", ATOM
            case "cases" if is_indicator(node):
                return rf"\mathbb{{1}}_{{{self.free(node.args[0])}}}", POSTFIX
            case "cases" if len(node.args) == 3:
                return self._cases(node), POWER
            case "infix" if len(node.args) == 2:
                return f" {found.tex} ".join(self.at_least(arg, POWER) for arg in node.args), PRODUCT
            case "power" | "index" | "indices":
                script = (", " if found.layout == "indices" else r" \times ").join(map(self.free, node.args))
                return f"{found.tex}{'^' if found.layout == 'power' else '_'}{{{script}}}", POSTFIX
        named = found.layout in ("call", "prefix", "exp", "column")
        return self._call(node, found.tex if named else operator(found.key).tex)

    def _spelled(self, node: Apply) -> FunctionSpelling:
        """The spelling of the function: as declared, or a letter like any other name."""
        key = node.function
        if key not in self.notation.functions and len(parts(key).letters) == 1:
            return FunctionSpelling(key, self.notation.tex(key))
        return spelling(key, self.notation.functions)

    def _takes_exponent(self, node: Apply) -> bool:
        r"""Whether a power of this is written at the function: `\sin^{2} x`."""
        return self._spelled(node).layout == "prefix" and len(node.args) == 1 and not node.keywords

    def _prefixed(self, node: Apply, *, bare: bool, exponent: str = "") -> Piece:
        r"""`\sin x`, with brackets around anything but a plain name."""
        sign = self._spelled(node).tex + (f"^{{{exponent}}}" if exponent else "")
        if bare and isinstance(node.args[0], Name):
            return f"{sign} {self.free(node.args[0])}", POWER
        text, level = self._call(node, sign)
        return text, POWER if exponent else level

    def _call(self, node: Apply, sign: str) -> Piece:
        """The arguments in brackets; an array has its own."""
        if len(node.args) == 1 and isinstance(node.args[0], Array) and not node.keywords:
            return f"{sign} {self.free(node.args[0])}", POWER
        inner = [self.free(arg) for arg in node.args]
        named = ((key.replace("_", r"\_"), value) for key, value in node.keywords)
        inner += [rf"\mathrm{{{key}}}={self.free(value)}" for key, value in named]
        return sign + self._brackets(", ".join(inner)), ATOM

    def _exponential(self, node: Apply, found: FunctionSpelling) -> Piece:
        text = self.free(node.args[0])
        if tall(text) or len(text) > _LONG_EXPONENT:
            return self._call(node, found.tex)
        return f"e^{{{text}}}", POWER

    def _cases(self, node: Apply) -> str:
        """`where` as two rows, the second condition the opposite of the first; several that compare one
        quantity with numbers as a row for each range.
        """
        found = ranges(node)
        if len(found) > 2:
            body = r" \\ ".join(f"{self.free(value)} & {self._within(part)}" for value, part in found)
            return rf"\begin{{cases}} {body} \end{{cases}}"
        condition, yes, no = node.args
        rows = ((yes, self.free(condition)), (no, self._opposite(unmarked(condition))))
        body = r" \\ ".join(f"{self.free(value)} & {when}" for value, when in rows)
        return rf"\begin{{cases}} {body} \end{{cases}}"

    def _within(self, part: Range) -> str:
        r"""A range as a condition: `0 \leq x < 1`."""
        if part.low is None or part.high is None or part.low == part.high:
            return self.free(part.condition)
        lower = self.free(Compare("<=" if part.closed[0] else "<", part.low, part.of))
        return (
            lower
            + self.free(Compare("<=" if part.closed[1] else "<", part.of, part.high))[
                len(self.free(part.of)) :
            ]
        )

    def _opposite(self, condition: Node) -> str:
        if isinstance(condition, Compare):
            return self.free(Compare(_OPPOSITE[condition.relation], condition.left, condition.right))
        return rf"\neg {self.at_least(condition, ATOM)}"
