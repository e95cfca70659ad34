"""The concepts of the course: the same in both languages, with formulas that can be read."""

from __future__ import annotations

import re

import pytest

import symdl
from symdl.catalog import explain
from symdl.core.function import FUNCTIONS
from symdl.document.explaining.concepts import concepts, words_of
from symdl.document.explaining.finding import plain
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
    page = symdl.render(explain(key, language), "txt")
    own = key in FUNCTIONS or key in OPTIMIZERS or key in MINIMIZERS
    assert own or words_of(key, language)["name"] in page
    assert len(page.splitlines()) >= 5
    said = words_of(key, language).get("what", "").partition("`")[0]
    assert " ".join(said.split()[:6]) in " ".join(str(page).split())
    if "notes" in concepts()[key]:
        assert {"en": "Lecture notes", "fa": "جزوهٔ"}[language] in page


@pytest.mark.parametrize("key", concepts())
def test_what_stands_with_a_concept(key: str):
    entry, persian = concepts()[key], words_of(key, "fa")
    assert re.fullmatch(r"00[0-4]:\d+-\d+|00[0-4]:\d+", entry.get("notes", "000:1"))
    assert "see" not in entry or entry["see"] in (*FUNCTIONS, *OPTIMIZERS, *MINIMIZERS, *LESSONS, *concepts())
    assert key in LATIN or re.match("[آ-ی]", persian["name"])
    for part in ("what", "slip"):
        if part in persian:
            assert all(words_of(key, language)[part].endswith(".") for language in ("en", "fa"))
            prose = re.sub("`.*?`", "", persian[part])
            assert re.match("[آ-ی]", prose)
            assert not re.search("[يكىةۀ\u0660-\u0669]|(?<![A-Za-z])[0-9]|ه\u200cی ", prose)
            assert not re.search(r"(?<![آ-ی\u200c])ن?می [آ-ی]| ها[ی ]", prose)


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
        ("critical point", "stationary_point"), ("batch normalisation", "batch_normalization"),
        ("weight init", "initialization"), ("output size", "stride_and_padding"),
        ("نزول گرادیان", "gradient_descent"), ("خود رمزنگار", "autoencoder"), ("خودرمزگذار", "autoencoder"),
        ("حافظه طولانی کوتاه مدت", "long_short_term_memory"), ("کیسه واژه", "bag_of_words"),
        ("word vectors", "word_embedding"),
        ("seq2seq", "encoder_decoder"),
        ("Newton's method", "newton_method"), ("optimal discriminator", "optimal_discriminator"),
        ("الگوریتم گرادیان نزولی", "gradient_descent"), ("شبكه هاي عصبي مصنوعي", "neural_network"),
        ("شبکه‌های کانولوشنال", "convolutional_network"), ("مکانیسم‌های توجه", "attention"),
        ("the backpropagation algorithm", "backpropagation"), ("generalised relu", "prelu"),
        ("lstm networks", "long_short_term_memory"), ("adam optimiser", "adam"), ("شبکه", "neural_network"),
        ("مسئلهٔ محوشدگی گرادیان", "vanishing_gradient"), ("nearest neighbours", "vector_similarity"),
        ("reparameterization trick", "reparameterization"),
        ("مشتق", "derivative"), ("شبکهٔ عصبی", "neural_network"), ("bag-of-words", "bag_of_words"),
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


# What the lecture notes speak of, seed by seed and then what the library adds, by the words that stand there.
SPOKEN = """
machine learning; deep learning; neural network; artificial neural network; gradient descent;
backpropagation; AlphaFold; image segmentation; GPT-4o; DALL-E; GPU; parallelism; big data; brain;
neuron; dendrite; soma; axon; signal; weight; layer; threshold; differentiability; nonlinearity;
bias; ReLU; sigmoid; leaky relu; local minimum; derivative; dataset; loss function; prediction;
target; label; global minimum; chain rule; gradient propagation; local gradient; upstream gradient;
adjoint; sum over paths; feedforward network; model; parameter; function approximation; inference;
feedback; directed acyclic graph; composition of functions; output layer; input layer; depth; width;
observable layer; hidden layer; cost function; optimization; linear model; linear regression;
logistic regression; feature map; convolutional network; autoencoder; neuron model; McCulloch-Pitts;
saturation; tanh; tansig; hyperbolic tangent; RBF; radial basis function; local behavior;
regression; classification; convergence; prelu; parametric relu; maximum likelihood; task; output
neuron; constrained optimization; unconstrained optimization; equality constraint; inequality
constraint; linear programming; quadratic programming; argmin; feasible region; optimality;
necessary condition; sufficient condition; Hessian; positive definite; positive semidefinite;
negative definite; indefinite; local maximum; saddle point; closed form; iterative method; Taylor;
first-order Taylor; learning rate; line search; initial value; stopping criterion; Newton; Newton's
method; Levenberg-Marquardt; damping; Gauss-Newton; BFGS; first-order methods; second-order methods;
momentum; inertia; Nesterov; AdaGrad; RMSProp; Adadelta; Adam; moving average; bias correction;
bias-variance tradeoff; forward pass; backward pass; forward path; backward path; deep network;
high-dimensional data; vanishing gradient; exploding gradient; deep belief network; restricted
boltzmann machine; greedy layer-wise training; fully connected layer; dense layer; representation;
logistic function; error signal; deep autoencoder; encoder; decoder; dimensionality reduction; code;
reconstruction; topic modeling; bag of words; distance; document vector; convolutional neural
network; CNN; visual system; volume; image classification; softmax; probability; convolution;
convolution layer; kernel; filter; pooling; max pooling; average pooling; feature; recurrent
network; RNN; sequence; sequence learning; time series; speech recognition; handwriting recognition;
LSTM; memory cell; read gate; write gate; reset gate; forget gate; time lag; attention; attention
weights; GAN; generator; discriminator; adversarial; minimax; differentiable neural computer; DNC;
neural turing machine; memory; content addressing; usage; allocation; embedding; vector space;
semantic similarity; cosine similarity; natural language processing; Word2Vec; unsupervised
learning; supervised learning; GloVe; co-occurrence; corpus; nearest words; nearest neighbor;
analogy; thought vector; machine translation; neural machine translation; encoder-decoder; sequence
to sequence; requirements; reasoning; skip-gram; CBOW; negative sampling; hierarchical softmax; MLP;
multilayer perceptron; perceptron; tensor; random search; accuracy; score; argmax; test data; random
local search; step size; partial derivative; gradient; steepest descent; steepest descent direction;
numeric gradient; analytic gradient; gradient check; vanilla gradient descent; Taylor series; SGD;
stochastic gradient descent; minibatch; training cycle; training loop; ill-conditioning; condition
number; oscillation; noisy gradient; hinge loss; cross-entropy; learning; training; optimizer; MSE;
mean squared error; convex; non-convex; concave; divergence; overshoot; update; kink; subgradient;
power rule; epoch; batch; batch gradient descent; noise; plateau; hyperparameter; grid search;
computational cost; parallel processing; initialization; random initialization; dropout;
overfitting; regularization; batch normalization; layer normalization; preprocessing; scaling;
feature scaling; normalization; standardization; multi start; weight decay; variational autoencoder;
VAE; reparameterization; KL divergence; jensen-shannon divergence; denoising autoencoder; tied
weights; linear autoencoder; PCA; principal component analysis; principal axis; free energy; energy;
energy model; partition function; contrastive divergence; gibbs sampling; CD-k; hopfield network;
associative memory; wasserstein; WGAN; weight clipping; optimal discriminator; mode collapse; latent
variable; teacher forcing; transformer; positional encoding; self-attention; multi-head attention;
GRU; bidirectional; truncated BPTT; one-hot; lookup; sparse gradient; XOR; residual connection;
entropy; likelihood; log-sum-exp; softplus; jacobian; layer norm; maxout; link matrix; read modes;
retention; beta-VAE; ELBO; unrolling; universal approximation; universal approximation theorem; data
augmentation; dilation; dilated convolution; transposed convolution; deconvolution; cross-correlation;
language model; next word prediction; perplexity; weight sharing; shared weights; automatic
differentiation; forward mode; directional derivative; product rule; sum rule; quotient rule;
probability distribution; expected value; validation set; cross-validation; weighted sum; connection;
input; output; hidden state; vector; matrix; scalar; batch size; decision boundary; truth table;
bottleneck; downsampling; query; vocabulary; finite difference; negative log-likelihood; state
"""
SPOKEN_IN_PERSIAN = """
یادگیری ماشین; یادگیری عمیق; یادگیری ژرف; شبکه عصبی; شبکه عصبی مصنوعی; گرادیان کاهشی; گرادیان نزولی;
کاهش گرادیان; پس‌انتشار; نورون; نرون; دندریت; سلول; آکسون; وزن; لایه; تابع فعال‌سازی; آستانه;
مشتق‌پذیری; غیرخطی; بایاس; کمینه محلی; مینیمم محلی; مشتق; مجموعه داده; دیتاست; تابع هزینه; تابع ضرر;
تابع زیان; پیش‌بینی; کمینه سراسری; کمینه عمومی; قاعده زنجیره‌ای; مشتق زنجیره‌ای; انتشار گرادیان;
شبکه عصبی پیشرو; مدل; تقریب تابع; استنتاج; فیدبک; گراف جهت‌دار بدون دور; ترکیب توابع; لایه ورودی;
لایه خروجی; لایه مخفی; لایه پنهان; عمق و عرض شبکه; عمق; عرض; لایه مشاهده‌پذیر; مدل خطی; رگرسیون خطی;
رگرسیون لوجستیک; شبکه عصبی کانولوشنی; خودکدگذار; رمزگذار خودکار; مدل نرون; مک‌کلاچ پیتس; اشباع;
تانژانت هایپربولیک; تابع پایه‌ای شعاعی; تابع پایه شعاعی; رگرسیون; همگرایی; بیشینه شباهت; بیشینه
درست‌نمایی; بهینه‌سازی; بهینه‌سازی مقید; بهینه‌سازی نامقید; برنامه‌ریزی خطی; برنامه‌ریزی درجه دو;
قید; بهینگی; شرط بهینگی; شرط لازم; شرط کافی; هسیان; ماتریس هسیان; مثبت معین; مثبت نیمه‌معین; منفی
معین; بیشینه محلی; ماکزیمم محلی; نقطه زینی; حل بسته; روش گام به گام; بسط تیلور; سری تیلور; نرخ
یادگیری; جستجوی خط; مقدار اولیه; شرط توقف; روش نیوتن; لونبرگ مارکوارت; گوس نیوتن; تکانه; مومنتوم;
لختی; نستروف; آداگراد; آدام; بهینه‌سازی تطبیقی; مسیر پیشرو; گذر پیش‌رو; مسیر پس‌رو; محوشدگی گرادیان;
محو شدگی گرادیان; شبکه باور عمیق; شبکه عصبی باور عمیق; ماشین بولتزمن; سیگنال خطا; خودکدگذار عمیق;
کدگذار; کدگشا; کاهش بعد; بازسازی; مدل‌سازی موضوع; کیسه واژه‌ها; کیسه کلمات; کیسه‌ای از کلمات; فاصله;
شبکه عصبی کانولوشنال; حجم; دسته‌بندی تصاویر; طبقه‌بندی; لایه کانولوشن; کرنل; هسته; لایه تلفیق;
ادغام; شبکه عصبی بازگشتی; دنباله; سری زمانی; حافظه کوتاه‌مدت طولانی; سلول حافظه; دروازه; خواندن;
نوشتن; بازنشانی; تأخیر; مکانیسم توجه; توجه; شبکه مولد هم‌آورد; شبکه مولد تخاصمی; شبکه‌های تخاصمی
مولد; مولد; تمیزدهنده; متمایزگر; کامپیوتر عصبی مشتق‌پذیر; رایانه عصبی مشتق‌پذیر; حافظه; جاسازی;
تعبیه واژه; تعبیه; فضای برداری; شباهت; شباهت کسینوسی; پردازش زبان طبیعی; یادگیری بدون نظارت; یادگیری
بانظارت; هم‌وقوعی; پیکره; نزدیک‌ترین واژه‌ها; تشبیه; قیاس; بردار فکر; ترجمه ماشینی; ملزومات استفاده;
بازنمایی; ویژگی; پرسپترون چندلایه; پرسپترون; تانسور; جستجوی تصادفی; جست‌وجوی تصادفی; دقت; جستجوی
محلی تصادفی; اندازه گام; طول گام; مشتق جزئی; گرادیان; تندترین کاهش; گرادیان عددی; گرادیان تحلیلی;
بررسی گرادیان; وارسی گرادیان; گرادیان کاهشی تصادفی; دسته کوچک; چرخه آموزش; بدحالتی; نوسان; نویز;
بهینه‌ساز; میانگین مربعات خطا; محدب; کوژ; نامحدب; مقعر; دوره; ایپاک; دسته; بچ; گرادیان کاهشی
دسته‌ای; فلات; ابرپارامتر; فراپارامتر; جستجوی شبکه‌ای; مقداردهی اولیه; حذف تصادفی; دراپ‌اوت;
بیش‌برازش; نرمال‌سازی دسته‌ای; پیش‌پردازش; مقیاس‌بندی; نرمال‌سازی; به‌روزرسانی وزن; تابع خطا;
تقریب جامع; داده‌افزایی; افزایش داده; اتساع; کانولوشن ترانهاده; همبستگی متقابل; مدل زبانی; اشتراک وزن‌ها;
مشتق‌گیری خودکار; مشتق جهت‌دار; قاعده ضرب; قاعده جمع; توزیع; امید ریاضی; اعتبارسنجی; مجموع وزن‌دار;
بردار; ماتریس; اسکالر; گلوگاه; جدول درستی; تفاضل متناهی; اندازه دسته; ترجمه; سند; کلمه; تصویر; پیکسل;
محاسبه عددی گرادیان; محاسبه تحلیلی گرادیان; ماشین ترجمه عصبی; هم وقوعی کلمات; بازنمایی برداری; حالت;
سافت‌مکس; آنتروپی متقاطع; داده آموزش
"""


TYPED = """
بک پراپگیشن; بکپروپگیشن; سیگموید; مینی بچ; اپوک; هسین; ژاکوبین; قانون زنجیره ای; نقاط زینی; جستجوی
خطی; نیوتن رافسون; شرایط KKT; ضریب لاگرانژ; lagrangian; gradient clipping; برش گرادیان; استراید;
stride; میدان پذیرش; اتوانکدر; رمزگذار; رمزگشا; ترانسفورمر; خودتوجهی; یک داغ; KL; کراس
انتروپی; logits; لاجیت; eigenvalue; مقدار ویژه; ضرب هادامارد; hadamard product; warmup; early
stopping; توقف زودهنگام; underfitting; کم برازش; resnet; اتصال پرشی; فیلتر; کانال; مسیر Forward;
مسیر Backward; پیش انتشار; انتشار رو به عقب; گن; ماشین تورینگ عصبی; تعبیه کلمات; هايپرپارامتر; آهنگ
یادگیری
"""


def listed(text: str) -> list[str]:
    return [word.strip() for word in text.replace("\n", " ").split(";")]


@pytest.mark.parametrize("word", [*listed(SPOKEN), *listed(SPOKEN_IN_PERSIAN), *listed(TYPED)])
def test_everything_in_the_notes_is_explained(word: str) -> None:
    for language in ("en", "fa"):
        assert len(symdl.render(explain(word, language), "txt").splitlines()) >= 4


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("tanh", "tanh(x) = 2σ(2x) − 1"), ("adam", "1 − βᵗ"), ("definiteness", "only necessary"),
        ("power rule", "2 F F′"), ("weight update", "0.14993353"), ("nesterov", "Montgomery"),
        ("argmin", ""), ("optimization", "argmin(−f)"), ("logistic regression", "Σ (σ − t) φ"),
    ],
)  # fmt: skip
def test_a_slip_of_the_notes_stands_with_the_right_formula(word: str, right: str) -> None:
    page = " ".join(str(symdl.render(explain(word), "txt")).replace("│", " ").split())
    assert right in page
    assert not right or "A slip in the notes" in page
    if right:
        assert "لغزشی در جزوه" in symdl.render(explain(word, "fa"), "txt")


def test_a_slip_is_told_in_both_languages() -> None:
    for key in concepts():
        assert ("slip" in words_of(key, "en")) == ("slip" in words_of(key, "fa")), key
        assert ("what" in words_of(key, "en")) == ("what" in words_of(key, "fa")), key
        assert "what" in words_of(key, "en") or key in (*FUNCTIONS, *OPTIMIZERS, *MINIMIZERS), key
