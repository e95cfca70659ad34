"""This module reads names aloud with all that belongs to them: subscripts, powers, arguments, derivatives."""

from __future__ import annotations

import re

from symdl.document.aloud.signs import SAID, Cursor, Said, Token, indices, letters, own, raised


class Names(Cursor):
    """The part of reading that begins with a name or a sign before one."""

    def _factor(self) -> Said:
        raise NotImplementedError

    def _thing(self) -> Said:
        raise NotImplementedError

    def _starts(self) -> bool:
        raise NotImplementedError

    def _bracketed(self, token: Token) -> Said:
        raise NotImplementedError

    def _cases(self) -> Said:
        raise NotImplementedError

    def _hanging(self) -> str | None:
        """A subscript, a power, a transpose, a prime."""
        token = self.tokens[self.place]
        if token.kind == "down":
            self._take()
            return self.aloud("sub", number=indices(token.text, self.aloud))
        if token.kind == "under":
            self._take()
            return token.text.replace("_", " ").strip()
        if token.kind == "layer":
            self._take()
            number = raised(token.text[1:-1])
            return self.aloud("layer", number=number)
        if token.kind == "up":
            self._take()
            return self._power(raised(token.text))
        if token.text in ("ᵀ", "′", "'", "!", "*"):
            self._take()
            names = {"ᵀ": "transposed", "!": "factorial", "*": "star"}
            return self.aloud(names.get(token.text, "prime"))
        if token.text == "^":
            self._take()
            if self._sees("-"):
                self._take()
                return self.aloud("power", exponent=f"{self.aloud('negative')} {self._factor().bare}")
            exponent = self._factor() if self._starts() else Said("")
            key = "power" if exponent.simple and exponent.inner is None else "power_of"
            return self._power(exponent.bare) if key == "power" else self.aloud(key, exponent=exponent.bare)
        return None

    def _power(self, exponent: str) -> str:
        named = {"2": "squared", "3": "cubed"}.get(exponent)
        said = exponent.replace("-", f"{self.aloud('negative')} ").replace("+", f" {self.aloud('plus')} ")
        return self.aloud(named) if named else self.aloud("power", exponent=said.strip())

    def _repeated(self, kind: str) -> Said:
        """A sum or product with its range, where one stands in brackets right after the sign."""
        if self._sees("[") and self._touches():
            self._take()
            index = self._take().text
            if self._sees("="):
                self._take()
                first = self._until(".")
                while self._sees("."):
                    self._take()
                last = self._until("]")
            else:
                first, last = self._until("]"), ""
            if self._sees("]"):
                self._take()
            if last:
                return Said(self.aloud(f"{kind}_range", index=index, first=first, last=last), simple=False)
            return Said(f"{self.aloud(kind)} {index} {first}", simple=False)
        return Said(self.aloud(kind), simple=False)

    def _until(self, end: str) -> str:
        parts = []
        while self.place < len(self.tokens) and not self._sees(end, "]"):
            token = self._take()
            parts.append(
                letters(token.text, self.aloud) if token.kind == "word" else own(token.text, self.aloud)
            )
        return " ".join(parts)

    def _derivative(self, sign: str) -> Said:
        """`∂L/∂w`, `∂²f/∂x∂y`, `∂/∂x (...)`; anything else as it stands."""
        start = self.place
        order = ""
        if self._sees("⁺"):
            self._take()
        elif self._kind() == "up":
            order = raised(self._take().text)
        of = "" if self._sees("/") else self._factor().words
        if not (self._sees("/") and self._ahead(1)[:1] == sign):
            self.place = start
            return Said(self.aloud("partial"))
        self._take()
        by: list[str] = []
        while self._sees(sign) and len(by) < int(order or 1):
            self._take()
            said = self._variable()
            by += [said] * (self._times() or 1)
        if not of:
            key = "differentiate"
            return Said(self.aloud(key, by=f" {self.aloud('and')} ".join(by)), simple=False)
        if order == "2":
            return Said(self.aloud("second", of=of, by=by[0], then=by[-1]))
        if order:
            return Said(self.aloud("higher", order=order, of=of, by=f" {self.aloud('and')} ".join(by)))
        return Said(self.aloud("derivative", of=of, by=by[0]))

    def _variable(self) -> str:
        """What is differentiated by: a name with its subscripts, without the power that counts the order."""
        said = self._thing().words
        while self._kind() in ("down", "under", "layer"):
            said += f" {self._hanging()}"
        return self._indexed(said)

    def _derived(self, start: int) -> bool:
        """Whether what was read from a place on is the derivative of something: `∂L/∂w`, not `∂/∂w`."""
        read = [token.text for token in self.tokens[start : self.place] if token.kind != "up"]
        over = read.index("/") if "/" in read else 0
        return (
            over > 0 and read[0][0] in "∂d" and read[:over] not in (["∂"], ["d"]) and "(" not in read[:over]
        )

    def _times(self) -> int:
        """How often a variable counts: the power after it."""
        if self._kind() == "up":
            power = raised(self._take().text)
            return int(power) if power.isdigit() else 1
        return 0

    def _named(self, token: Token) -> Said:
        total = re.fullmatch(r"d(.*)", token.text)
        if total and self._is_total():
            return self._total(total[1])
        name = self.aloud(f"name_{token.text}") if token.text in SAID else letters(token.text, self.aloud)
        function = len(re.sub(r"[^A-Za-z]", "", token.text)) > 2 or token.text in ("σ", "CE", "ln")
        while self._kind() == "under" and self._touches():
            tail = self._take().text[1:].replace("_", " ")
            name += f" {tail}" if function else " " + self.aloud("sub", number=tail)
        if token.text == "ℝ" and self._sees("^"):
            self._take()
            return Said(self.aloud("reals", shape=self._factor().bare))
        if token.text == "where" and self._sees("(") and self._touches():
            return self._cases()
        while function and self.place < len(self.tokens) and self._touches():
            if self.tokens[self.place].kind not in ("up", "down", "layer") and not self._sees("′", "'"):
                break
            name += f" {self._hanging()}"
        if function and self._sees("(") and self._touches():
            group = self._bracketed(self._take())
            plain = group.inner if group.inner is not None and group.simple else group.words
            return Said(self.aloud("of", function=name, argument=plain), simple=False)
        return Said(self._indexed(name))

    def _indexed(self, name: str) -> str:
        """A name with subscripts in brackets: an entry, a row, a column, a part."""
        while self._sees("[") and self._touches():
            end = next((k for k, t in enumerate(self.tokens[self.place :]) if t.text == "]"), None)
            if end is None:
                break
            inside = [t for t in self.tokens[self.place + 1 : self.place + end]]
            self.place += end + 1
            texts = "".join(t.text for t in inside).split(",")
            if texts[-1] == ":" and len(texts) == 2:
                name = self.aloud("row_of", index=texts[0], name=name)
            elif texts[0] == ":" and len(texts) == 2:
                name = self.aloud("column_of", index=texts[1], name=name)
            else:
                said = [
                    self.aloud("range", first=t.split(":")[0], last=t.split(":")[1]) if ":" in t else t
                    for t in texts
                ]
                listed = f"{self.aloud('comma')} ".join(said)
                name = f"{name} {self.aloud('sub', number=listed)}"
        return name

    def _is_total(self) -> bool:
        start = self.place
        while self._kind() in ("down", "layer"):
            self.place += 1
        found = (
            self._sees("/")
            and self._ahead(1)[:1] == "d"
            and (len(self._ahead(1)) > 1)
            and self.tokens[self.place + 1].glued
        )
        self.place = start
        return found

    def _total(self, of: str) -> Said:
        said = letters(of, self.aloud)
        while not self._sees("/"):
            said += f" {self._hanging()}"
        self._take()
        by = letters(self._take().text[1:], self.aloud)
        while self._kind() in ("down", "layer"):
            by += f" {self._hanging()}"
        if of:
            return Said(self.aloud("derivative", of=said, by=by))
        return Said(self.aloud("differentiate", by=by), simple=False)
