# ruff: noqa: E741 (the quantities bear the names of the problems)
"""Words, codes, games, energies and memories: by the names of the library and as a lecturer writes them."""

from __future__ import annotations

import math
from itertools import product

import torch
from torch.nn import functional as F

from tests.peers.battery.cases import case


def log_sigmoid(s):
    return F.logsigmoid(s)


def states(n):
    return torch.tensor(list(product([0.0, 1.0], repeat=n)), dtype=torch.float64)


# Words


@case(
    "E:5x3 w:3",
    "v = E^T x\nu = E[4,:]\nL = |v - u|^2 / 2 + w^T v",
    values={"x": [0, 1, 0, 0, 0]},
    asks="[[ask]]\ngradient = 'L'\nby = ['E', 'w']",
)
def lookup_as_product_and_by_index(E, w, x):
    v, u = x @ E, E[3]
    return dict(v=v, u=u, L=((v - u) ** 2).sum() / 2 + w @ v)


@case(
    "E:4x2 V:3x2 y:3",
    "B = X E\nc = mean(B, axis=1)\nz = V c\nL = softmax_cross_entropy(z, [0, 0, 1])",
    values={"X": [[0, 1, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0]]},
    asks="[[ask]]\ngradient = 'L'\nby = ['E', 'V']",
)
def the_mean_of_looked_up_words(E, V, X):
    B = X @ E
    c = B.mean(0)
    z = V @ c
    return dict(B=B, c=c, z=z, L=-F.log_softmax(z, 0)[2])


@case(
    "a:4 b:4",
    "c = a^T b / (norm(a) norm(b))\nL = (1 - c)^2",
)
def cosine_as_it_is_written(a, b):
    c = F.cosine_similarity(a, b, dim=0)
    return dict(c=c, L=(1 - c) ** 2)


@case("u:3 E:4x3 w:4", "s = cosine_similarities(u, E)\nL = w^T s", unfolded=True)
def cosines_with_all_words(u, E, w):
    s = F.cosine_similarity(u[None], E, dim=1)
    return dict(s=s, L=w @ s)


@case(
    "E:6x3",
    "x = E[1,:] - E[2,:] + E[3,:]\nD[k=1..6] = |E[k,:] - x|^2\nL = D[5]",
    asks="[[ask]]\ngradient = 'L'\nby = 'E'",
)
def analogy_by_distances(E):
    x = E[0] - E[1] + E[2]
    D = [((row - x) ** 2).sum() for row in E]
    return {"x": x, "L": D[4] * 1, **{f"D[{k}]": value for k, value in enumerate(D, 1)}}


@case(
    "V:5x2 U:5x2",
    """
    v = V[3,:]
    z = U v
    p = softmax(z)
    L = -log(p[2]) - log(p[5])
    """,
)
def skip_gram_with_two_context_words(V, U):
    v = V[2]
    z = U @ v
    p = F.softmax(z, 0)
    return dict(v=v, z=z, p=p, L=-p[1].log() - p[4].log())


@case(
    "E:5x3 U:5x3",
    "J = cbow(X, t, E, U)",
    values={"X": [[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [1, 0, 0, 0, 0]], "t": [0, 1, 0, 0, 0]},
    asks="[[ask]]\ngradient = 'J'\nby = ['E', 'U']",
    unfolded=True,
)
def cbow_with_a_word_twice(E, U, X, t):
    z = U @ (X @ E).mean(0)
    return dict(J=-t @ F.log_softmax(z, 0))


@case(
    "C:4x2 U:6x2",
    "h = (C[1,:] + C[2,:] + C[4,:]) / 3\np = softmax(U h)\nL = -sum(t * log(p))",
    values={"t": [0, 0, 0, 0, 1, 0]},
    asks="[[ask]]\ngradient = 'L'\nby = ['C', 'U']",
)
def cbow_as_it_is_written(C, U, t):
    h = (C[0] + C[1] + C[3]) / 3
    p = F.softmax(U @ h, 0)
    return dict(h=h, p=p, L=-t @ p.log())


def _negatives(count: int) -> None:
    rows = [[1.0 if place == k % 4 + 1 else 0.0 for place in range(5)] for k in range(count)]

    @case(
        "E:5x2 U:5x2",
        "J = negative_sampling(x, t, S, E, U)",
        values={"x": [0, 0, 1, 0, 0], "t": [1, 0, 0, 0, 0], "S": rows},
        asks="[[ask]]\ngradient = 'J'\nby = ['E', 'U']",
        unfolded=True,
        name=f"negative_samples_{count}",
    )
    def run(E, U, S, x, t):
        v = x @ E
        return dict(J=-log_sigmoid(t @ U @ v) - log_sigmoid(-(S @ U @ v)).sum())


for _count in range(1, 6):
    _negatives(_count)


@case(
    "v:3 u:3 N:4x3",
    "s = u^T v\nr[k=1..4] = N[k,:]^T v\nL = -log(sigmoid(s)) - sum(log(sigmoid(-r[k])), k=1..4)",
)
def negative_sampling_as_it_is_written(v, u, N):
    s, r = u @ v, [row @ v for row in N]
    loss = -log_sigmoid(s) - sum(log_sigmoid(-each) for each in r)
    return {"s": s, "L": loss, **{f"r[{k}]": each for k, each in enumerate(r, 1)}}


@case(
    "v:2 P:4x2",
    "p = tree_softmax(v, P, C)\nL = -log(p[4])",
    values={"C": [[1, 0, 0, 0], [-1, 1, 0, 0], [-1, -1, 1, 0], [-1, -1, -1, 1], [-1, -1, -1, -1]]},
    asks="[[ask]]\ngradient = 'L'\nby = ['P', 'v']",
    unfolded=True,
)
def a_tree_like_a_comb(v, P, C):
    s = P @ v
    q = (C * C * F.logsigmoid(C * s)).sum(1)
    p = q.exp()
    return dict(p=p, L=-p[3].log())


@case(
    "v:3 P:3x3",
    "J = hierarchical_softmax(v, P, c)",
    values={"c": [-1, 1, 1]},
    asks="[[ask]]\ngradient = 'J'\nby = ['P', 'v']",
    unfolded=True,
)
def a_path_through_a_tree(v, P, c):
    return dict(J=-log_sigmoid(c * (P @ v)).sum())


@case(
    "h:2 a:2 b:2 c:2 d:2 e:2",
    "L = -log(sigmoid(a^T h) sigmoid(-b^T h) sigmoid(e^T h)) + 0 (c^T d)",
    asks="[[ask]]\ngradient = 'L'\nby = ['h', 'a', 'b', 'e']",
)
def a_path_as_it_is_written(h, a, b, c, d, e):
    return dict(L=-log_sigmoid(a @ h) - log_sigmoid(-(b @ h)) - log_sigmoid(e @ h))


@case(
    "W:3x2 C:3x2 b:3 c:3",
    "J = glove(X, W, C, b, c, limit=6)",
    values={"X": [[2, 4, 9], [4, 7, 1], [9, 1, 3]]},
    asks="[[ask]]\ngradient = 'J'\nby = ['W', 'C', 'b', 'c']",
    unfolded=True,
)
def glove_with_weights_on_both_sides_of_the_limit(W, C, b, c, X):
    weight = torch.clamp((X / 6) ** 0.75, max=1)
    D = W @ C.T + b[:, None] + c[None] - X.log()
    return dict(J=(weight * D**2).sum())


COUNTS = [[2, 0, 9], [0, 0, 1], [7, 1, 3]]


@case(
    "W:3x2 C:3x2 b:3 c:3",
    f"J = glove({COUNTS}, W, C, b, c, limit=5)",
    asks="[[ask]]\ngradient = 'J'\nby = ['W', 'C', 'b', 'c']",
    unfolded=True,
)
def glove_where_some_words_never_meet(W, C, b, c):
    J = torch.zeros((), dtype=torch.float64)
    for (i, row), j in product(enumerate(COUNTS), range(3)):
        if row[j]:
            J = J + min(1, (row[j] / 5) ** 0.75) * (W[i] @ C[j] + b[i] + c[j] - math.log(row[j])) ** 2
    return dict(J=J)


@case(
    "w1:3 w2:3 v1:3 v2:3",
    """
    e1 = w1^T v1 - log(5)
    e2 = w2^T v2 - log(20)
    L = (5/10)^(3/4) e1^2 + e2^2
    """,
)
def two_pairs_of_glove_by_hand(w1, w2, v1, v2):
    e1 = w1 @ v1 - torch.log(torch.tensor(5.0, dtype=torch.float64))
    e2 = w2 @ v2 - torch.log(torch.tensor(20.0, dtype=torch.float64))
    return dict(e1=e1, e2=e2, L=0.5**0.75 * e1**2 + e2**2)


# Codes


@case(
    "x:3 W:2x3 b:2 V:3x2 c:3",
    "h = sigmoid(W x + b)\nr = sigmoid(V h + c)\nL = sum((x - r)^2) / 2",
    asks="[[ask]]\ngradient = 'L'\nby = ['W', 'b', 'V', 'c', 'x']",
)
def autoencoder_three_two_three(x, W, b, V, c):
    h = torch.sigmoid(W @ x + b)
    r = torch.sigmoid(V @ h + c)
    return dict(h=h, r=r, L=((x - r) ** 2).sum() / 2)


@case(
    "W:1x4 b:1 V:4x1 c:4",
    "y, h = autoencoder(x, W, b, V, c)\nL = bce_logits(y, x)",
    values={"x": [1, 0, 0, 1]},
    asks="[[ask]]\ngradient = 'L'\nby = ['W', 'b', 'V', 'c']",
    unfolded=True,
)
def autoencoder_four_one_four(W, b, V, c, x):
    h = torch.sigmoid(W @ x + b)
    y = V @ h + c
    return dict(h=h, y=y, L=F.binary_cross_entropy_with_logits(y, x))


@case(
    "X:5x3 W:3x2 b:2 c:3",
    "H = tanh(X W + b)\nY = H W^T + c\nL = sum((Y - X)^2) / 5",
    asks="[[ask]]\ngradient = 'L'\nby = ['W', 'b', 'c']",
)
def tied_weights_on_a_batch_of_rows(X, W, b, c):
    H = torch.tanh(X @ W + b)
    Y = H @ W.T + c
    return dict(H=H, Y=Y, L=((Y - X) ** 2).sum() / 5)


@case(
    "x:4 e:4 W:2x4 b:2 V:4x2 c:4",
    "n = x + 0.1 e\nh = relu(W n + b)\ny = V h + c\nL = half_sse(y, x)",
    asks="[[ask]]\ngradient = 'L'\nby = ['W', 'b', 'V', 'c', 'e']",
)
def denoising_with_given_noise(x, e, W, b, V, c):
    n = x + 0.1 * e
    h = F.relu(W @ n + b)
    y = V @ h + c
    return dict(n=n, h=h, y=y, L=((y - x) ** 2).sum() / 2)


@case(
    "X:4x3 W:2x3 V:3x2",
    "Y, H = linear_autoencoder(X, W, V)\nJ = sum((Y - X)^2) / 4",
    asks="[[ask]]\ngradient = 'J'\nby = ['W', 'V']\n[[ask]]\nvalue = 'J'",
    unfolded=True,
)
def linear_codes_of_a_batch(X, W, V):
    H = X @ W.T
    Y = H @ V.T
    return dict(H=H, Y=Y, J=((Y - X) ** 2).sum() / 4)


@case(
    "X:3x4 W:2x4 b:2",
    "H = sigmoid(X W^T + b)\nS = squared_distances(H)\nL = S[1,2] - S[1,3]",
    asks="[[ask]]\ngradient = 'L'\nby = ['W', 'b']\n[[ask]]\nvalue = 'S'",
    unfolded=True,
)
def distances_of_topic_codes(X, W, b):
    H = torch.sigmoid(X @ W.T + b)
    S = ((H[:, None] - H[None]) ** 2).sum(-1)
    return dict(H=H, S=S, L=S[0, 1] - S[0, 2])


@case("mu:3 l:3", "D = gaussian_kl(mu, l)", asks="[[ask]]\ngradient = 'D'\nby = ['mu', 'l']", unfolded=True)
def divergence_of_a_diagonal_gaussian(mu, l):
    normal = torch.distributions.Normal
    code, prior = normal(mu, (l / 2).exp()), normal(torch.zeros_like(mu), torch.ones_like(mu))
    return dict(D=torch.distributions.kl_divergence(code, prior).sum())


@case(
    "m1:2 m2:2 s1:2+ s2:2+",
    "D = sum(log(s2 / s1) + (s1^2 + (m1 - m2)^2) / (2 s2^2) - 1/2)",
    asks="[[ask]]\ngradient = 'D'\nby = ['m1', 'm2', 's1', 's2']",
)
def divergence_of_two_gaussians(m1, m2, s1, s2):
    normal = torch.distributions.Normal
    return dict(D=torch.distributions.kl_divergence(normal(m1, s1), normal(m2, s2)).sum())


@case(
    "X:3x2 U:3x2 A:2x2 a:2 B:2x2 b:2 V:2x2 c:2",
    """
    M = X A^T + a
    S = X B^T + b
    Z = M + exp(S / 2) * U
    Y = tanh(Z V^T + c)
    R = sum((Y - X)^2) / (2 * 3)
    K = sum(M^2 + exp(S) - S - 1) / (2 * 3)
    L = R + 4 K
    """,
    asks="[[ask]]\ngradient = 'L'\nby = ['A', 'a', 'B', 'b', 'V', 'c']",
)
def beta_vae_on_a_batch(X, U, A, a, B, b, V, c):
    M, S = X @ A.T + a, X @ B.T + b
    Z = M + (S / 2).exp() * U
    Y = torch.tanh(Z @ V.T + c)
    R = ((Y - X) ** 2).sum() / 6
    K = (M**2 + S.exp() - S - 1).sum() / 6
    return dict(M=M, S=S, Z=Z, Y=Y, R=R, K=K, L=R + 4 * K)


@case(
    "x:2 u:1 A:1x2 a:1 B:1x2 b:1 V:2x1 c:2",
    "J = vae(x, u, A, a, B, b, V, c)",
    asks="[[ask]]\ngradient = 'J'\nby = ['A', 'a', 'B', 'b', 'V', 'c']",
    unfolded=True,
)
def one_example_of_a_vae(x, u, A, a, B, b, V, c):
    mu, l = A @ x + a, B @ x + b
    y = V @ (mu + (l / 2).exp() * u) + c
    return dict(J=((y - x) ** 2).sum() / 2 + (mu**2 + l.exp() - l - 1).sum() / 2)


# Games


@case(
    "",
    """
    D = p / (p + q)
    C = sum(p * log(D) + q * log(1 - D))
    J = jensen_shannon(p, q)
    G = C - 2 J + log(4)
    """,
    values={"p": [0.2, 0.5, 0.2, 0.1], "q": [0.4, 0.1, 0.3, 0.2]},
    asks="[[ask]]\nvalue = 'G'\n[[ask]]\nvalue = 'D'\n[[ask]]\nvalue = 'C'",
)
def the_best_discriminator_on_four_values(p, q):
    D = p / (p + q)
    C = (p * D.log() + q * (1 - D).log()).sum()
    m = (p + q) / 2
    J = ((p * (p / m).log()).sum() + (q * (q / m).log()).sum()) / 2
    return dict(D=D, C=C, J=J, G=C - 2 * J + torch.log(torch.tensor(4.0, dtype=torch.float64)))


@case(
    "D:3+",
    "V = sum(p * log(D / 2) + q * log(1 - D / 2))",
    values={"p": [0.5, 0.3, 0.2], "q": [0.1, 0.6, 0.3]},
    asks="[[ask]]\ngradient = 'V'\nby = 'D'\n[[ask]]\nhessian = 'V'\nby = ['D']",
)
def the_game_by_its_discriminator(D, p, q):
    return dict(V=(p * (D / 2).log() + q * (1 - D / 2).log()).sum())


@case(
    "x:3 z:4 a: b: w: c:",
    """
    r = sigmoid(w x + c)
    g = a z + b
    f = sigmoid(w g + c)
    V = gan_value(r, f)
    S = gan_saturating(f)
    N = gan_non_saturating(f)
    """,
    asks="\n".join(
        f"[[ask]]\ngradient = '{of}'\nby = {by}"
        for of, by in (("V", "['w', 'c']"), ("S", "['a', 'b']"), ("N", "['a', 'b']"))
    ),
)
def both_losses_of_a_generator(x, z, a, b, w, c):
    r, g = torch.sigmoid(w * x + c), a * z + b
    f = torch.sigmoid(w * g + c)
    return dict(
        r=r, g=g, f=f, V=r.log().mean() + (1 - f).log().mean(), S=(1 - f).log().mean(), N=-f.log().mean()
    )


@case(
    "X:3x2 Z:4x1 A:1x2 w:2 u:2",
    """
    G = tanh(Z A)
    R = tanh(X * (ones(3) u^T)) w
    F = tanh(G * (ones(4) u^T)) w
    V = wgan_critic(R, F)
    L = -mean(F)
    """,
    asks="[[ask]]\ngradient = 'V'\nby = ['w', 'u']\n[[ask]]\ngradient = 'L'\nby = 'A'",
)
def a_critic_of_two_layers(X, Z, A, w, u):
    G = torch.tanh(Z @ A)
    R, fake = torch.tanh(X * u) @ w, torch.tanh(G * u) @ w
    return dict(G=G, R=R, F=fake, V=R.mean() - fake.mean(), L=-fake.mean())


# Energies


def _machine(n: int, m: int) -> None:
    @case(
        f"W:{n}x{m} a:{n} b:{m}",
        "p = rbm_hidden(v, W, b)\nF = rbm_free_energy(v, W, a, b)\nJ = rbm_likelihood(v, W, a, b)",
        values={"v": [1.0, 0.0, 1.0][:n]},
        asks="[[ask]]\ngradient = 'J'\nby = ['W', 'a', 'b']\n[[ask]]\ngradient = 'F'\nby = ['W', 'b']",
        unfolded=True,
        name=f"boltzmann_{n}_{m}",
    )
    def run(W, a, b, v):
        V, H = states(n), states(m)
        minus = (V @ a)[:, None] + (H @ b)[None] + V @ W @ H.T
        own = v @ a + H @ b + v @ W @ H.T
        free = -own.logsumexp(0)
        return dict(p=torch.sigmoid(v @ W + b), F=free, J=minus.reshape(-1).logsumexp(0) + free)


for _sizes in ((2, 2), (2, 3), (3, 2), (3, 3)):
    _machine(*_sizes)


@case(
    "W:2x3 a:2 b:3",
    """
    Z = sum(sum(exp(a^T v + b^T h + v^T W h), h in binary(3)), v in binary(2))
    Q = sum(exp(a^T x + b^T h + x^T W h), h in binary(3))
    L = log(Z) - log(Q)
    """,
    values={"x": [1, 0]},
    asks="[[ask]]\ngradient = 'L'\nby = ['W', 'a', 'b']",
)
def a_likelihood_by_two_sums(W, a, b, x):
    V, H = states(2), states(3)
    Z = ((V @ a)[:, None] + (H @ b)[None] + V @ W @ H.T).exp().sum()
    Q = (x @ a + H @ b + x @ W @ H.T).exp().sum()
    return dict(Z=Z, Q=Q, L=Z.log() - Q.log())


@case(
    "X:3x3 W:3x2 a:3 b:2",
    """
    F[k=1..3] = rbm_free_energy(X[k,:], W, a, b)
    L = (F[1] + F[2] + F[3]) / 3
    """,
    values={"X": [[1, 0, 1], [0, 1, 1], [1, 1, 0]]},
    asks="[[ask]]\ngradient = 'L'\nby = ['W', 'a', 'b']",
    unfolded=True,
)
def free_energies_of_a_batch(X, W, a, b):
    free = -(X @ a) - F.softplus(X @ W + b).sum(1)
    return dict(L=free.mean())


@case(
    "W:3x2 a:3 b:2 V:2x1 d:1",
    """
    h = sigmoid(W^T x + b)
    g = sigmoid(V^T h + d)
    k = sigmoid(V g + b)
    y = sigmoid(W k + a)
    L = bce(y, x)
    """,
    values={"x": [1, 0, 1]},
    asks="[[ask]]\ngradient = 'L'\nby = ['W', 'a', 'b', 'V', 'd']",
)
def two_machines_unrolled(W, a, b, V, d, x):
    h = torch.sigmoid(x @ W + b)
    g = torch.sigmoid(h @ V + d)
    k = torch.sigmoid(V @ g + b)
    y = torch.sigmoid(W @ k + a)
    return dict(h=h, g=g, k=k, y=y, L=F.binary_cross_entropy(y, x))


@case(
    "theta:4",
    "W = hopfield_weights(X)\nE = hopfield_energy(s, W, theta)\nr = hopfield_update(s, W, theta)",
    values={"X": [[1, -1, 1, -1], [1, 1, -1, -1]], "s": [1, -1, 1, 1], "theta": [0.1, 0, 0, -0.1]},
    asks="[[ask]]\ngradient = 'E'\nby = ['s', 'theta']\n[[ask]]\nvalue = 'r'",
    unfolded=True,
)
def two_stored_patterns(X, s, theta):
    W = (X.T @ X - 2 * torch.eye(4, dtype=torch.float64)) / 4
    z = W @ s - theta
    return dict(W=W, E=-(s @ W @ s) / 2 + theta @ s, r=torch.where(z == 0, s, torch.sign(z)))


# Memories


@case(
    "k:3 M:4x3 beta:+ w:4",
    "c = content_addressing(k, M, beta)\nL = w^T c",
    unfolded=True,
)
def addressing_by_content(k, M, beta, w):
    c = F.softmax(beta * F.cosine_similarity(M, k[None], dim=1), 0)
    return dict(c=c, L=w @ c)


@case(
    "k:2 M:3x2 beta:+ y:2",
    """
    s[i=1..3] = M[i,:]^T k / (norm(M[i,:]) norm(k))
    e = [exp(beta s[1]), exp(beta s[2]), exp(beta s[3])]
    c = e / sum(e)
    r = M^T c
    L = half_sse(r, y)
    """,
)
def addressing_as_it_is_written(k, M, beta, y):
    s = [F.cosine_similarity(row, k, dim=0) for row in M]
    e = (beta * torch.stack(s)).exp()
    c = e / e.sum()
    r = c @ M
    named = {f"s[{i}]": x for i, x in enumerate(s, 1)}
    return {"e": e, "c": c, "r": r, "L": ((r - y) ** 2).sum() / 2, **named}


SHARES = [0.4, 0.3, 0.2, 0.1]


@case(
    "M:4x2 a:2+ gamma:+ y:2",
    """
    w1 = ntm_addressing(c, w, 0.7, [0.2, 0.5, 0.3], 1 + gamma)
    M1 = ntm_write(M, w1, [0.3, 0.8], a)
    r = ntm_read(M1, w1)
    L = half_sse(r, y)
    """,
    values={"c": SHARES, "w": SHARES[::-1]},
    asks="[[ask]]\ngradient = 'L'\nby = ['M', 'a', 'gamma', 'c', 'w']",
    unfolded=True,
)
def a_head_over_four_rows(M, a, gamma, y, c, w):
    q = 0.7 * c + 0.3 * w
    shifted = 0.2 * torch.roll(q, -1) + 0.5 * q + 0.3 * torch.roll(q, 1)
    p = shifted ** (1 + gamma)
    w1 = p / p.sum()
    e = torch.tensor([0.3, 0.8], dtype=torch.float64)
    M1 = M * (1 - torch.outer(w1, e)) + torch.outer(w1, a)
    r = w1 @ M1
    return dict(w1=w1, M1=M1, r=r, L=((r - y) ** 2).sum() / 2)


def _allocated(u):
    order = torch.argsort(u)
    before = torch.cat([torch.ones(1, dtype=u.dtype), torch.cumprod(u[order], 0)[:-1]])
    return torch.zeros_like(u).scatter(0, order, (1 - u[order]) * before)


@case(
    "g:4",
    """
    psi = (1 - 0.8 R[1,:]) * (1 - 0.3 R[2,:])
    n = (u + w - u * w) * psi
    m = dnc_usage(u, w, R, [0.8, 0.3])
    a = dnc_allocation(n)
    L = g^T a + sum(m^2)
    """,
    values={
        "u": [0.9, 0.2, 0.5, 0.7],
        "w": [0.1, 0.3, 0.2, 0.15],
        "R": [[0.5, 0.1, 0.2, 0.1], [0.2, 0.3, 0.1, 0.2]],
    },
    asks="[[ask]]\ngradient = 'L'\nby = ['u', 'w', 'R', 'g']",
    unfolded=True,
)
def usage_and_allocation_with_two_heads(u, w, R, g):
    psi = (1 - 0.8 * R[0]) * (1 - 0.3 * R[1])
    n = (u + w - u * w) * psi
    a = _allocated(n)
    m = (u + w - u * w) * (1 - 0.8 * R[0]) * (1 - 0.3 * R[1])
    return dict(psi=psi, n=n, m=m, a=a, L=g @ a + (m**2).sum())


def _stepped(rows, M, k, v, y, e, u, L0, q0, heads):
    c = F.softmax(1.5 * F.cosine_similarity(M, k[None], dim=1), 0)
    a = _allocated(u)
    p = 0.8 * (0.6 * a + 0.4 * c)
    M1 = M * (1 - torch.outer(p, e)) + torch.outer(p, v)
    L1 = (1 - p[:, None] - p[None]) * L0 + torch.outer(p, q0)
    L1 = L1 * (1 - torch.eye(rows, dtype=torch.float64))
    named = dict(c=c, a=a, M1=M1, p=p, L1=L1, q1=(1 - p.sum()) * q0 + p)
    loss = torch.zeros((), dtype=torch.float64)
    for h, (key, w, m) in enumerate(heads, 1):
        d = F.softmax(2 * F.cosine_similarity(M1, key[None], dim=1), 0)
        z = m[0] * (L1.T @ w) + m[1] * d + m[2] * (L1 @ w)
        r = z @ M1
        named |= {f"d{h}": d, f"z{h}": z, f"r{h}": r}
        loss = loss + ((r - y) ** 2).sum()
    return dict(**named, L=loss / 2)


def _one_machine(rows: int, heads: int) -> None:
    own = range(1, heads + 1)
    shares = [[(k + h) % rows / 10 + 0.05 for k in range(rows)] for h in range(heads + 1)]
    link = [[0.0 if i == j else (2 * i + j) % 5 / 20 for j in range(rows)] for i in range(rows)]
    learned = ["M", "k", "v", "e", "u", "L0", "q0", *(f"{x}{h}" for x in "kwm" for h in own)]
    lines = [
        "c = content_addressing(k, M, 1.5)", "a = dnc_allocation(u)",
        "M1, p = dnc_write(M, c, a, 0.8, 0.6, e, v)", "L1, q1 = dnc_link(L0, q0, p)",
        *(f"d{h} = content_addressing(k{h}, M1, 2)" for h in own),
        *(f"r{h}, z{h} = dnc_read(M1, L1, w{h}, d{h}, m{h})" for h in own),
        f"L = ({' + '.join(f'|r{h} - y|^2' for h in own)}) / 2",
    ]  # fmt: skip

    def one(M, k, v, y, e, u, L0, q0, k1, w1, m1):
        return _stepped(rows, M, k, v, y, e, u, L0, q0, [(k1, w1, m1)])

    def two(M, k, v, y, e, u, L0, q0, k1, w1, m1, k2, w2, m2):
        return _stepped(rows, M, k, v, y, e, u, L0, q0, [(k1, w1, m1), (k2, w2, m2)])

    case(
        f"M:{rows}x2 k:2 v:2 y:2 " + " ".join(f"k{h}:2" for h in own),
        "\n".join(lines),
        values={
            "e": [0.9, 0.4], "u": [0.6, 0.2, 0.4, 0.75][:rows], "L0": link, "q0": shares[0],
            **{f"w{h}": shares[h] for h in own},
            **{f"m{h}": [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]][h - 1] for h in own},
        },
        asks=f"[[ask]]\ngradient = 'L'\nby = {learned!r}",
        unfolded=True,
        name=f"a_step_of_a_dnc_{rows}_{heads}",
    )(two if heads == 2 else one)  # fmt: skip


for _rows, _heads in ((3, 1), (4, 1), (3, 2), (4, 2)):
    _one_machine(_rows, _heads)
