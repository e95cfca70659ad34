"""The concepts of the course: the same in both languages, with formulas that can be read."""

from __future__ import annotations

import re

import pytest

import symdl
from symdl.catalog import explain
from symdl.core.function import FUNCTIONS
from symdl.document.concepts import concepts, words_of
from symdl.document.finding import plain
from symdl.models.lessons import LESSONS
from symdl.models.minimizers import MINIMIZERS
from symdl.models.optimizers import OPTIMIZERS
from symdl.resources import names_in, read_toml

LATIN = {"word2vec"}  # a name that stays as it is


def test_every_language_has_them_all():
    assert names_in("concepts") == ("en", "fa")
    for language in names_in("concepts"):
        assert list(read_toml("concepts", language)) == list(concepts())


@pytest.mark.parametrize("key", concepts())
@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_concept_is_explained(key: str, language: str):
    if key in FUNCTIONS or key in OPTIMIZERS or key in MINIMIZERS:
        pytest.skip("the library explains it")
    page = symdl.render(explain(key, language), "txt")
    assert words_of(key, language)["name"] in page
    assert len(page.splitlines()) >= 5


@pytest.mark.parametrize("key", concepts())
def test_what_stands_with_a_concept(key: str):
    entry, persian = concepts()[key], words_of(key, "fa")
    assert re.fullmatch(r"00[0-4]:\d+-\d+|00[0-4]:\d+", entry["notes"])
    assert "see" not in entry or entry["see"] in (*FUNCTIONS, *OPTIMIZERS, *MINIMIZERS, *LESSONS, *concepts())
    assert all(words_of(key, language)["what"].endswith(".") for language in ("en", "fa"))
    assert re.match("[آ-ی]", persian["what"])
    assert key in LATIN or re.match("[آ-ی]", persian["name"])
    assert not re.search("[يكىةۀ\u0660-\u0669]|[0-9]|ه\u200cی ", persian["what"])
    assert not re.search(r"(?<![آ-ی\u200c])ن?می [آ-ی]| ها[ی ]", persian["what"])


def test_a_misspelt_concept_finds_its_neighbor():
    with pytest.raises(symdl.SymdlError, match="taylor_series"):
        explain("tailor_series")


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("gradient descent", "gradient_descent"), ("Gradient-Descent", "gradient_descent"),
        ("گرادیان کاهشی", "gradient_descent"), ("گراديان كاهشي", "gradient_descent"),
        ("GAN", "generative_adversarial_network"), ("CNN", "convolutional_network"),
        ("RBM", "boltzmann_machine"),
        ("LSTM", "long_short_term_memory"), ("dnc", "differentiable_neural_computer"),
        ("backprop", "backpropagation"),
        ("پس انتشار", "backpropagation"), ("قاعده زنجیره‌ای", "chain_rule"),
        ("قاعده‌ی زنجیره‌ای", "chain_rule"),
        ("سیگموئید", "sigmoid"), ("Adam", "adam"), ("مومنتوم", "momentum"), ("saddle points", "saddle_point"),
        ("critical point", "stationary_point"),
        ("word vectors", "word_embedding"),
        ("seq2seq", "encoder_decoder"),
        ("Newton's method", "newton_method"), ("optimal discriminator", "optimal_discriminator"),
        ("مشتق", "derivative"), ("شبکهٔ عصبی", "multilayer_perceptron"), ("bag-of-words", "bag_of_words"),
    ],
)  # fmt: skip
def test_words_as_a_student_types_them(word: str, key: str):
    assert symdl.render(explain(word), "txt") == symdl.render(explain(key), "txt")


def test_no_word_means_two_things():
    """Other words for a concept are names of no other entry, and stand with one concept only."""
    for language in ("en", "fa"):
        stated = [plain(word) for key in concepts() for word in words_of(key, language).get("also", ())]
        names = {plain(words_of(key, language)["name"]): key for key in concepts()}
        assert len(stated) == len(set(stated))
        twice = {
            word for key in concepts() for word in words_of(key, language).get("also", ())
            if names.get(plain(word), key) != key
        }  # fmt: skip
        assert twice == set()


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("gradiant desent", "gradient_descent"), ("sigmoyd", "sigmoid"), ("گرادیان کاهنده", "gradient_descent")],
)
def test_a_near_miss_is_answered_with_the_word(word: str, nearest: str):
    with pytest.raises(symdl.SymdlError, match=nearest):
        explain(word)
    with pytest.raises(symdl.SymdlError) as raised:
        explain("xyzzy")
    assert "did you mean" not in str(raised.value)


# What the lecture notes speak of, by the words that stand in them.
SPOKEN = """
activation function; threshold; sigmoid; tanh; relu; leaky relu; gradient descent; chain rule;
computation graph; feedforward network; hidden layer; linear model; feature map; McCulloch Pitts;
saturation; RBF; maximum likelihood; linear programming; Hessian; saddle point; line search; Newton;
Levenberg Marquardt; Gauss Newton; BFGS; momentum; Nesterov; AdaGrad; RMSProp; Adadelta; Adam;
vanishing gradient; deep belief network; autoencoder; bag of words; topic modeling; convolution; max
pooling; average pooling; RNN; LSTM; attention; GAN; generator; discriminator; differentiable neural
computer; embedding; Word2Vec; GloVe; analogy; thought vector; encoder; machine translation; MLP;
random search; random local search; derivative; gradient; numeric gradient; analytic gradient;
gradient check; SGD; mini-batch; training loop; local minimum; ill-conditioning; learning rate; MSE;
linear regression; convex; epoch; batch gradient descent; global minimum; plateau; grid search;
dropout; batch normalization; preprocessing; scaling; initialization; bias; weight; loss; error
signal; softmax; cross entropy; Taylor; logistic regression; KKT; perceptron; XOR problem; one-hot;
cosine; nearest words; pretraining; requirements; AlphaFold; energy of a Hopfield network; negative
sampling; skip-gram; CBOW; hierarchical softmax; variational autoencoder; contrastive divergence;
free energy; layer norm
"""


@pytest.mark.parametrize("word", [word.strip() for word in SPOKEN.replace("\n", " ").split(";")])
def test_everything_in_the_notes_is_explained(word: str):
    for language in ("en", "fa"):
        assert len(symdl.render(explain(word, language), "txt").splitlines()) >= 4
