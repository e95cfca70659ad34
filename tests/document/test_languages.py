"""Both language files say the same things, in the terms of the glossary; each is spelled with care."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

import symdl
from symdl.checking.check import Outcome, Strength
from symdl.core.function import FUNCTIONS
from symdl.derivation.step import Phase
from symdl.document.blocks import (
    Block,
    Document,
    Figure,
    Formula,
    Heading,
    Note,
    Paragraph,
    Span,
    StepBlock,
    Table,
)
from symdl.document.language import Language
from symdl.errors import SymdlError
from symdl.formula.notation import Notation
from symdl.models.optimizers import OPTIMIZERS
from symdl.resources import PACKAGE, folder, names_in, read_toml
from symdl.text import Text, localized, placeholders, sentence

EXAMPLES = [  # those of one example in one process, which composes it once
    pytest.param(path.parent.name, marks=pytest.mark.xdist_group(f"language-{path.parent.name}"))
    for path in sorted(folder("worked_examples").glob("*/problem.toml"))
]


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """A nested table as dotted keys."""
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


ENGLISH = flat(read_toml("languages", "en"))
PERSIAN = flat(read_toml("languages", "fa"))
WITHOUT_FORWARD = ("likelihood_to_loss", "activation_atlas")  # about formulas alone
SETTINGS = ("language.", "label.page", "label.of")  # not sentences
BOTH = sorted(key for key in ENGLISH.keys() & PERSIAN.keys() if not key.startswith(SETTINGS))


# The files agree


def test_every_language_has_a_file_of_sentences():
    assert names_in("languages") == ("en", "fa")


def test_the_same_keys():
    assert sorted(PERSIAN.keys() - ENGLISH.keys()) == []
    assert sorted(ENGLISH.keys() - PERSIAN.keys()) == []


def test_the_same_facts():
    differing = {
        key: (ENGLISH[key], PERSIAN[key])
        for key in BOTH
        if sorted(placeholders(ENGLISH[key])) != sorted(placeholders(PERSIAN[key]))
    }
    assert differing == {}


def test_a_sentence_ends_alike():
    differing = [key for key in BOTH if ENGLISH[key].endswith(".") != PERSIAN[key].endswith(".")]
    assert differing == []


# The code finds its words


PREFIXES = {"refuse": "error.formula.", "Fault": "error.file.", "words": "cli."}
PLAIN = ("Text", "say", "word")


class Keys(ast.NodeVisitor):
    """The keys that a module names: of texts, of errors, of reading mistakes, of faults in a file."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0] if node.args else None
        for key in _strings(first):
            if name in PLAIN:
                self.found.add(key)
            elif name.endswith("Error") or name == "CheckFailed":
                self.found.add(f"error.{key}")
            elif name in PREFIXES:
                self.found.add(PREFIXES[name] + key)
        self.generic_visit(node)


def _strings(node: ast.expr | None) -> Iterator[str]:
    """The words that an argument may be: one, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)


@cache
def keys_of(path: Path) -> frozenset[str]:
    keys = Keys()
    keys.visit(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(key for key in keys.found if re.fullmatch(r"[a-z_0-9]+(\.[a-z_0-9]+)*", key))


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_every_key_in_the_code_has_words(path):
    missing = [key for key in keys_of(path) if key not in ENGLISH and f"{key}.text" not in ENGLISH]
    assert sorted(missing) == []


def checks_in(path: Path) -> Iterator[tuple[str, str]]:
    """The claims and methods that a module writes into its checks."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check":
            named = {word.arg: word.value for word in node.keywords}
            for family, place in (("claim", 1), ("method", 2)):
                arg = node.args[place] if len(node.args) > place else named.get(family)
                yield from ((family, word) for word in _strings(arg))


def test_every_check_has_words():
    used = {pair for path in PACKAGE.rglob("*.py") for pair in checks_in(path)}
    assert used
    assert sorted(f"{family}.{word}" for family, word in used if f"{family}.{word}" not in ENGLISH) == []


@pytest.mark.parametrize(
    ("family", "values"),
    [
        ("phase", Phase),
        ("label", Strength),
        ("outcome", Outcome),
        ("cli.stage", ("derive", "verify", "render", "grade")),
    ],
)
def test_every_choice_has_a_word(family, values):
    words = values if isinstance(values, tuple) else get_args(values)
    assert [word for word in words if f"{family}.{word}" not in ENGLISH] == []


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_rule_has_a_title_and_a_text(language):
    rules = {key.rpartition(".")[0] for key in flat(read_toml("languages", language)["rule"])}
    for rule in rules:
        assert {f"rule.{rule}.title", f"rule.{rule}.text"} <= ENGLISH.keys() & PERSIAN.keys(), rule


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_function_and_rule_of_the_library_has_a_name(language):
    named = read_toml("languages", language)["function"]
    assert sorted({*FUNCTIONS, *OPTIMIZERS} - named.keys()) == []


# The glossary


GLOSSARY = {key: term for key, term in read_toml("", "glossary").items() if isinstance(term, dict)}
CODE = re.compile(r"`[^`]*`|\{\w*\}|\[+[\w{}]+\]+|«[^»]*»|\"[^\"]*\"")
WORD_START = r"(?<![\w\u200c])"
ENDING = {"en": "", "fa": r"(?=[\u200c]|(ها\w*|ش|یی?|اند)?(?!\w))"}


@cache
def forms(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every form of every term, longest first, so that a term within another one is not taken for it."""
    pairs = [(form, key) for key, term in GLOSSARY.items() for form in term[language]]
    pairs.sort(key=lambda pair: -len(pair[0]))
    return tuple((re.compile(WORD_START + re.escape(form) + ENDING[language]), key) for form, key in pairs)


def terms_in(words: str, language: str) -> set[str]:
    """The terms that a sentence uses, code and facts apart."""
    rest, found = CODE.sub(" ", words).lower(), set()
    for form, key in forms(language):
        rest, count = form.subn(" ", rest)
        if count:
            found.add(key)
    return found


def test_a_longer_term_hides_a_shorter_one():
    assert terms_in("Gradient descent, derivatives", "en") == {"gradient_descent", "derivative"}
    assert terms_in("گرادیان کاهشی از گرادیان‌ها", "fa") == {"gradient_descent", "gradient"}


@pytest.mark.parametrize("key", BOTH)
def test_both_languages_use_the_same_terms(key):
    exempt = {term for term, entry in GLOSSARY.items() if key in entry.get("apart", ())}
    loose = {term for term, entry in GLOSSARY.items() if entry.get("loose")}
    english, persian = terms_in(ENGLISH[key], "en") - exempt, terms_in(PERSIAN[key], "fa") - exempt
    assert english - persian == set(), PERSIAN[key]
    assert persian - english - loose == set(), ENGLISH[key]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_no_rejected_term(language):
    words = flat(read_toml("languages", language))
    if language == "fa":  # a slip of the notes is quoted, other names of a concept are lists
        words |= {key: re.sub("«[^»]*»", "", text) for key, text in CONCEPTS.items()}
    rejected = [word for term in GLOSSARY.values() for word in term.get("not", ())]
    assert {key: word for key, text in words.items() for word in rejected if word in text.lower()} == {}


@pytest.mark.parametrize(
    "path", sorted(folder("worked_examples").glob("*/problem.toml")), ids=lambda path: path.parent.name
)
def test_worked_examples_keep_to_the_terms(path):
    text = path.read_text(encoding="utf-8")
    rejected = [word for term in GLOSSARY.values() for word in term.get("not", ()) if not word.isascii()]
    assert [word for word in rejected if word in text] == []
    assert re.findall("[يكىةۀ\u0660-\u0669]|ه\u200cی ", text) == []


# Persian spelling

LETTERS = "آ-یءأؤئپچژکگ\u0654"
NAMES = frozenset(read_toml("", "glossary")["names"])  # stay in Latin letters
TYPED = re.compile(r"`[^`]*`|\{\w*\}|«[^»]*»|\"[^\"]*\"|(?<!\w)\.[a-z]+|\b[a-z]\b|\b(true|false)\b")


def prose(words: str) -> str:
    """A sentence without what is typed, and without its facts."""
    typed = TYPED.sub(" ", words.replace("{{", "").replace("}}", ""))
    return " ".join(word for word in re.split(r"[\s()/]+", typed) if word.strip(".،؛:") not in NAMES)


CONCEPTS = {  # what a concept is and where the notes slip, beside the sentences of sheets
    f"concept.{key}.{part}": words
    for key, said in read_toml("concepts", "fa").items()
    for part, words in said.items()
    if isinstance(words, str)
}


def broken(pattern: str, *, typed: bool = False) -> dict[str, str]:
    """The Persian sentences in which a pattern is found."""
    return {
        key: words
        for key, words in (PERSIAN | CONCEPTS).items()
        if re.search(pattern, words if typed else prose(words))
    }


def test_letters_and_digits_are_persian():
    assert broken("[يكىةۀ\u0660-\u0669]", typed=True) == {}
    assert broken(r"(?<![A-Za-z])[0-9]") == {}


def test_marks_are_persian():
    assert {k: v for k, v in broken("[,;?]").items() if not k.startswith("language.")} == {}


def test_no_latin_word_but_names():
    strange = {
        key: word
        for key, words in PERSIAN.items()
        if not key.startswith(("cli.", "language."))
        for word in re.findall(r"[A-Za-z]\w*", prose(words))
    }
    assert strange == {}


def test_a_sign_is_said_in_words():
    """Without a mark of direction, a minus sign before a Persian digit comes out behind it."""
    assert broken("[-−+±][۰-۹∞]|[۰-۹∞][-−+](?![۰-۹])") == {}


def test_a_relation_is_said_in_words():
    """A fact, a sign and a number in running Persian come out from right to left: «۱ = t»."""
    outside = {key: re.sub("`[^`]*`", "", words) for key, words in PERSIAN.items()}
    assert {key: words for key, words in outside.items() if re.search(r"\}\s*[=<>≤≥+]", words)} == {}


def test_a_formula_in_a_sentence_has_no_brackets():
    """In running Persian «(γσ)ᵏ» comes out with its power on the wrong side: a fact or words stand for it."""
    assert broken(r"\([^()آ-ی]*\)[^\s.،؛:()]|[A-Za-zα-ω]\([^()آ-ی]*\)") == {}


def test_verbs_with_a_joiner():
    """«می‌شود», not «می شود» or «میشود»."""
    assert broken(rf"(?<![{LETTERS}\u200c])ن?می [{LETTERS}]") == {}
    glued = rf"(?<![{LETTERS}\u200c])(?!میان|میزان|میرا|میرد|نمیرد|میل |میلی|نمی\u200c)ن?می[{LETTERS}]"
    assert broken(glued) == {}


def test_plurals_with_a_joiner():
    """«تابع‌ها», not «تابع ها» or «تابعها»; after a letter that does not join, nothing is needed."""
    assert broken(rf"[{LETTERS}] ها(ی|یی)?(?![{LETTERS}])") == {}
    glued = re.compile(rf"[{LETTERS}]*[^\W\dاآدذرزژو]ها(?:ی|یی)?(?![{LETTERS}\u200c])")
    found = {word for words in PERSIAN.values() for word in glued.findall(prose(words))}
    assert found <= {"تنها", "تنهایی", "انتها", "انتهای", "منهای"}


ONE_WAY = {  # written with a joiner or a blank, together or apart: one way for each
    "به‌تنهایی": "به تنهایی", "به‌طور": "به طور", "به جای": "به‌جای", "به عنوان": "به‌عنوان", "همه‌جا": "همه جا",
    "چنان‌که": "چنان که", "آن‌گاه": "آنگاه", "اینکه": "این‌که", "جای‌گذاری": "جایگذاری", "کمترین": "کم‌ترین",
    "بیشترین": "بیش‌ترین", "درجهٔ دو": "درجه‌دو", "آخرین": "واپسین", "فایل": "پرونده", "کافی است": "بس است",
}  # fmt: skip


@pytest.mark.parametrize(("right", "other"), ONE_WAY.items())
def test_a_word_is_written_in_one_way(right: str, other: str) -> None:
    """«به‌تنهایی» everywhere, or «به تنهایی» everywhere."""
    assert broken(rf"(?<![{LETTERS}\u200c]){other}(?![{LETTERS}\u200c])") == {}, right


def test_one_way_to_write_an_ezafe_after_he():
    """«قاعدهٔ», not «قاعده‌ی»."""
    assert broken(rf"ه\u200cی(?![{LETTERS}])") == {}


def test_joiners_stand_between_letters():
    assert broken(rf"(?<![{LETTERS}])\u200c|\u200c(?![{LETTERS}])", typed=True) == {}
    assert broken("[\u200d-\u200f\u202a-\u202e\u2066-\u2069\u00ad\u00a0]", typed=True) == {}
    assert broken("  +| [،؛:!؟]", typed=True).keys() <= {"error.hint"}


def test_no_joiner_after_a_letter_that_never_joins():
    """«مشاهده‌پذیرها»: the letter before the ending ends by itself."""
    assert broken("[اآدذرزژوؤأ]\u200c") == {}


def test_a_limit_is_named_by_a_word():
    """«مقدار به 0 و مشتق به ۰»: beside the numbers of formulas, a Persian digit is odd."""
    tending = {key: words for key, words in PERSIAN.items() if key.startswith("catalog.") and "میل" in words}
    assert tending
    assert {key: words for key, words in tending.items() if re.search("[۰-۹]", words)} == {}


def test_a_fact_takes_no_ending():
    """A formula or a name in braces stands alone: blanks, brackets or marks around it, never letters.

    What `{cited}` stands for begins with a blank of its own.
    """
    assert broken(rf"[{LETTERS}\u200c]\{{(?!cited)|\}}[{LETTERS}\u200c]", typed=True) == {}


def test_a_sentence_begins_in_persian():
    """So every program that shows it finds its direction."""
    parts = ("rule.", "convention.", "phase.", "check.", "error.", "move.")
    odd = {
        key: words
        for key, words in PERSIAN.items()
        if key.startswith(parts) and words.endswith(".") and not re.match(rf"(… )?[{LETTERS}]", words)
    }
    assert odd == {}


# English spelling


def test_american_spelling():
    words = r"\b\w*(?:colour|behaviour|neighbour|centre|labelled|optimis|normalis|initialis|vectoris)\w*"
    assert {key: text for key, text in ENGLISH.items() if re.search(words, text)} == {}


def test_no_blame():
    words = r"(?i)\b(please do not|illegal|forbidden|stupid|you (must|should|forgot|failed))\b"
    assert {key: text for key, text in ENGLISH.items() if re.search(words, text)} == {}


# Numbers and lists in prose


@pytest.mark.parametrize(
    ("number", "english", "persian"),
    [("12", "12", "۱۲"), ("0.25", "0.25", "۰٫۲۵"), ("-3", "-3", "\u200e−۳")],
)
def test_digits_in_prose(number, english, persian):
    assert localized(number, "en") == english
    assert localized(number, "fa") == persian


def test_whole_numbers_of_a_message_are_localized():
    text = Text("error.formula.too_many_digits", {"limit": 40})
    assert "۴۰" in sentence(text, "fa")
    assert "40" in sentence(text, "en")


def test_what_was_typed_stays_as_typed():
    error = SymdlError("cli.at", got="x:2")
    assert "`x:2`" in error.message("fa")


def test_numbers_and_names_in_a_sentence():
    words = Language("fa").say(
        Text("convention.kink_default", {"function": "sigmoid", "where": 1e-7, "value": "0.5"}), Notation()
    )
    text = "".join(span for span in words if isinstance(span, str))
    assert "سیگموئید" in text
    assert "۰٫۵" in text
    assert [span.plain for span in words if not isinstance(span, str)] == ["10⁻⁷"]


@pytest.mark.parametrize(("code", "listed"), [("en", "a, b and c"), ("fa", "a، b و c")])
def test_lists_in_words(code, listed):
    assert "".join(str(span) for span in Language(code).joined(["a", "b", "c"])) == listed
    assert Language(code).joined(["a"]) == ["a"]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("نقطهٔ (4, -1) است", "نقطهٔ |(4, -1)| است"),
        ("گراف برای x² + 3xy", "گراف برای |x² + 3xy|"),
        ("متغیرها (x و y).", "متغیرها (|x| و |y|)."),
        ("شبکهٔ ۲-۳-۱", "شبکهٔ ۲-۳-۱"),
        ("Lecture notes (2nd).", "|Lecture notes (2nd).|"),
        ("(گراف) - یا x (نسخه)", "(گراف) - یا |x| (نسخه)"),
        ("فایل .toml را", "فایل |.toml| را"),
        ("از Géron، Hands-On ML", "از |Géron|^، |Hands-On ML|"),
        ("Adam ۲۰۱۵ SGD است", "|Adam|^ ۲۰۱۵ |SGD| است"),
        ("یادگیری عمیق (Deep Learning) ۱۴۰۴", "یادگیری عمیق |(Deep Learning)|^ ۱۴۰۴"),
    ],
)
def test_other_letters_are_held_together(text, held):
    """Each run in marks of its own direction; where only a comma or a number stands between two of them, a
    mark of the other direction (`^` here) keeps them apart.
    """
    running = Language("fa").running(text)
    assert running == held.replace("|", "\u200e").replace("^", "\u200f")
    assert Language("fa").running(running) == running
    assert Language("en").running(text) == text


def test_directions():
    assert (Language("en").direction, Language("fa").direction) == ("ltr", "rtl")


# Persian sheets


def texts(document: Document) -> Iterator[str]:
    """All running text of a sheet but its source and the header, which are as the teacher wrote them."""
    spans: list[Span] = [*document.title, *(word for _, word in document.labels)]
    for block in document.blocks:
        spans.extend(_spans(block))
    return (span for span in spans if isinstance(span, str))


def _spans(block: Block) -> Iterator[Span]:
    match block:
        case Heading(_, spans) | Paragraph(spans):
            yield from spans
        case Note(_, title, spans):
            yield from (*title, *spans)
        case StepBlock():
            yield from (*block.title, *block.sentence, *block.check, block.number)
            yield from _spans(block.formula)
        case Formula(rows):
            for row in rows:
                yield from row.note
        case Table(header, rows, caption):
            yield from caption
            for cell in (*header, *(cell for row in rows for cell in row)):
                yield from cell
        case Figure(_, alt, caption):
            yield from (alt, *caption)


@cache
def solved(name: str) -> tuple[Any, Any]:
    derivation = symdl.derive(symdl.load(folder("worked_examples") / name / "problem.toml"))
    return derivation, symdl.verify(derivation)


@cache
def sheet(name: str, detail: str = "lecture", language: str = "fa") -> Document:
    document: Document = symdl.compose(*solved(name), language=language, detail=detail)
    return document


DETAILS = ("outline", "lecture", "audit")
SOURCES = {FUNCTIONS[key].source for key in FUNCTIONS} - {""}  # papers and books keep their own letters


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("detail", DETAILS)
def test_a_persian_sheet_is_persian(name, detail):
    """No Latin word but names, no Latin digit in prose, no key that found no words."""
    document = sheet(name, detail)
    title = "".join(span for span in document.title if isinstance(span, str))
    for text in texts(document):
        if text in title or text in SOURCES:
            continue
        assert [word for word in re.findall(r"[A-Za-z]\w+", text) if word not in NAMES] == [], text
        assert not re.search(r"[0-9]", text), text


@pytest.mark.parametrize("name", EXAMPLES)
def test_both_languages_say_as_much(name):
    """The same steps and formulas, whatever the language."""
    persian, english = sheet(name), sheet(name, language="en")
    assert [type(block) for block in persian.blocks] == [type(block) for block in english.blocks]
    steps = [
        [block.id for block in document.blocks if isinstance(block, StepBlock)]
        for document in (persian, english)
    ]
    assert steps[0] == steps[1]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_persian_sheet_renders(name):
    document = sheet(name)
    page = symdl.render(document, "html")
    assert '<html lang="fa" dir="rtl">' in page
    assert "counter(page, persian)" in page
    assert "می‌" in page
    tex = symdl.render(document, "tex")
    assert r"\babelprovide[import,main,maparabic]{persian}" in tex
    text = symdl.render(document, "txt")
    assert "گذر پیش‌رو" in text or name in WITHOUT_FORWARD


def test_no_persian_fraction_reads_like_a_decimal() -> None:
    """In Persian a slash between digits is read as a decimal point as well: ۳/۴ is 3.4 to many."""
    text = (folder("templates") / "languages" / "fa.toml").read_text("utf-8")
    assert not re.findall("[۰-۹]/[۰-۹]", text)
