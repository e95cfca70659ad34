"""This module reads the plain text of a formula as a lecturer says it: brackets that matter are spoken, those
that a fraction or a function makes plain are not.

Plain text comes from our own printer, so a small descent over its signs is enough. What it does not know it
says as it stands: reading aloud never fails.
"""

from __future__ import annotations

from symdl.document.aloud.names import Names
from symdl.document.aloud.signs import (
    CLOSING,
    DEEPEST,
    FACTORS,
    RELATIONS,
    TERMS,
    Said,
    Token,
    own,
)


class Reader(Names):
    """One formula read from left to right."""

    def formula(self) -> str:
        """All of it."""
        parts = []
        while self.place < len(self.tokens):
            start = self.place
            parts.append(self._listed().words)
            if self.place == start:
                parts.append(own(self._take().text, self.aloud))
        return " ".join(parts)

    # Levels, the loosest first

    def _listed(self) -> Said:
        """Everything up to a bracket, at commas."""
        first = self._related()
        parts = [first.bare]
        while self._sees(",", ";", "،") or (self._sees("|") and "|" not in self.inside):
            bar = self._take().text == "|"
            parts += [self.aloud("given_that" if bar else "comma"), self._related().bare]
        return Said(" ".join(parts), len(parts) == 1 and first.simple)

    def _related(self) -> Said:
        first = self._sum()
        parts = [first.bare]
        while self._sees(*RELATIONS):
            parts += [self.aloud(RELATIONS[self._take().text]), self._sum().bare]
        return first if len(parts) == 1 else Said(" ".join(parts), simple=False)

    def _sum(self) -> Said:
        parts, simple = [], True
        if self._sees(*TERMS):
            sign = self._take().text
            parts.append(self.aloud("negative" if sign in "-−" else TERMS[sign]))
        first = self._product()
        inner = first.inner if not parts else None
        parts.append(first.words)
        simple = first.simple
        while self._sees(*TERMS):
            parts += [self.aloud(TERMS[self._take().text]), self._product().words]
            simple, inner = False, None
        return Said(" ".join(parts), simple, inner)

    def _product(self) -> Said:
        parts: list[str] = []
        said = Said("")
        apart = False  # after a derivative, whose variable would else go on with the next factor
        while self.place < len(self.tokens):
            signed = self._sees(*FACTORS)
            if apart and (signed or self._sees("/") or self._starts()):
                parts += [self.aloud("comma"), *(() if signed or self._sees("/") else (self.aloud("times"),))]
            if signed:
                parts.append(self.aloud(FACTORS[self._take().text]))
            start = self.place
            if self._sees("/"):
                self._take()
                said = Said(
                    self._over(said if len(parts) == 1 else Said(" ".join(parts), simple=False)), simple=False
                )
                parts = [said.words]
            elif self._starts():
                glued = self._touches() and parts and parts[-1][-1:].isdigit()
                said = self._factor()
                if glued and said.words[:1].isalpha() and said.inner is None and " " not in parts[-1]:
                    said = Said(parts.pop() + said.words, simple=False)
                parts.append(said.bare if signed and said.simple else said.words)
            elif not signed:
                break
            apart = self._derived(start)
        return said if len(parts) == 1 else Said(" ".join(parts), simple=False)

    def _over(self, numerator: Said) -> str:
        sign = self.aloud("negative") + " " if self._sees("-") and self._take() else ""
        denominator = self._factor() if self._starts() else Said("")
        if numerator.simple and denominator.simple and numerator.inner is None and denominator.inner is None:
            return f"{numerator.words} {self.aloud('over')} {sign}{denominator.words}"
        return self.aloud("fraction", above=numerator.bare, below=sign + denominator.bare)

    def _starts(self) -> bool:
        """Whether a factor begins here."""
        if self.place >= len(self.tokens):
            return False
        token = self.tokens[self.place]
        if token.text == "|":
            return self._opens()
        taken = (*RELATIONS, *TERMS, *FACTORS, ",", ";", "،", "/", ")", "]", "}", "‖close")
        return token.text not in taken and not (token.text == "‖" and not self._opens())

    def _factor(self) -> Said:
        """A thing with all that hangs on it."""
        said = self._thing()
        words, simple, inner = said.words, said.simple, said.inner
        named = self.tokens[max(self.place - 1, 0)].kind == "word"
        while self.place < len(self.tokens):
            added = self._hanging()
            if added is None:
                break
            words, inner = f"{words} {added}", None
            words = self._indexed(words) if named else words
        return Said(words, simple, inner)

    # Things

    def _thing(self) -> Said:
        token = self._take()
        match token.text:
            case "(" | "[" | "{":
                return self._bracketed(token)
            case "|" | "‖":
                return self._barred(token.text)
            case "√":
                return Said(f"{self.aloud('root')} {self._argument()}", simple=False)
            case "∑" | "∏":
                return self._repeated("sum" if token.text == "∑" else "product")
            case "∇":
                return Said(f"{self.aloud('gradient')} {self._argument()}", simple=False)
            case "∂":
                return self._derivative("∂")
        if token.kind == "word":
            return self._named(token)
        if token.kind == "number":
            return Said(token.text)
        return Said(own(token.text, self.aloud))

    def _argument(self) -> str:
        """What follows a sign that works on it; brackets are said only around more than one thing."""
        if not self._starts():
            return ""
        said = self._factor()
        return said.words

    # Brackets

    def _bracketed(self, token: Token) -> Said:
        self.depth += 1
        before, self.inside = self.inside, ()
        try:
            if self.depth > DEEPEST:
                return Said("")
            if token.text == "[" and self._sees("["):
                return self._matrix()
            start = self.place
            listed = self._listed()
            inner = listed.words
            closed = self._take().text if self._sees(")", "]", "}") else ""
            entries = self._commas(start)
            if token.text == "{":
                return Said(self.aloud("set", entries=inner))
            if entries and (
                closed != CLOSING[token.text] or "∞" in [t.text for t in self.tokens[start : self.place]]
            ):
                first, last = inner.split(self.aloud("comma"), 1)
                return Said(self.aloud("interval", first=first.strip(), last=last.strip()))
            if token.text == "[":
                return Said(self.aloud("vector", entries=inner))
            return Said(self.aloud("group", inside=inner), listed.simple, inner)
        finally:
            self.depth -= 1
            self.inside = before

    def _commas(self, start: int) -> bool:
        return any(t.text == "," for t in self.tokens[start : self.place])

    def _matrix(self) -> Said:
        rows, width = [], 1
        while self._sees("["):
            self._take()
            start = self.place
            inner = self._listed().words
            width = 1 + self._top_commas(start)
            rows.append(inner)
            if self._sees("]"):
                self._take()
            if not self._sees(","):
                break
            self._take()
        if self._sees("]"):
            self._take()
        said = f"{self.aloud('semicolon')} ".join(rows)
        return Said(self.aloud("matrix", rows=str(len(rows)), columns=str(width), entries=said))

    def _top_commas(self, start: int) -> int:
        depth = count = 0
        for token in self.tokens[start : self.place]:
            depth += (token.text in "([{") - (token.text in ")]}")
            count += token.text == "," and depth == 0
        return count

    def _barred(self, bar: str) -> Said:
        outer = self.inside
        self.inside = (*outer, bar)
        inner = self._listed()
        if self._sees(bar):
            self._take()
        self.inside = outer
        key = ("absolute" if bar == "|" else "norm") + ("" if inner.simple else "_long")
        return Said(self.aloud(key, inside=inner.words))

    def _cases(self) -> Said:
        self._take()
        parts = [self._related().bare]
        while self._sees(","):
            self._take()
            parts.append(self._related().bare)
        if self._sees(")"):
            self._take()
        if len(parts) != 3:
            return Said(", ".join(parts))
        test, yes, no = parts
        said = self.aloud("cases", test=test, yes=yes, no=no)
        return Said(self.aloud("group", inside=said), simple=False, inner=said)
