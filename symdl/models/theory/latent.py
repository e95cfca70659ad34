"""This module derives what codes cost and keep: the divergence of a Gaussian code, the principal axis."""

from __future__ import annotations

from symdl.models.theory.declaring import argument, claim

argument(
    "gaussian_divergence",
    claim("code", "A", "-(z - mu)^2 / (2 s^2) - log(s) - log(2 pi) / 2"),
    claim("prior", "B", "-z^2 / 2 - log(2 pi) / 2"),
    claim("difference", "A - B", "z^2 / 2 - (z - mu)^2 / (2 s^2) - log(s)"),
    claim("variance", "E((z - mu)^2)", "s^2"),
    claim("square", "E(z^2)", "E((z - mu)^2) + 2 mu E(z - mu) + mu^2", "s^2 + mu^2"),
    claim("divergence", "D", "E(A - B)", "(s^2 + mu^2) / 2 - s^2 / (2 s^2) - log(s)",
          "(mu^2 + s^2 - 1 - log(s^2)) / 2"),
    claim("logarithm", "D", "(mu^2 + exp(l) - l - 1) / 2", given={"s": "exp(l / 2)"}),
    claim("by_mean", "diff((mu^2 + exp(l) - l - 1) / 2, mu)", "mu"),
    claim("by_logarithm", "diff((mu^2 + exp(l) - l - 1) / 2, l)", "(exp(l) - 1) / 2"),
    words="A B D z mu s l", explains="gaussian_kl vae", source="Kingma & Welling 2014, appendix B",
    facts={"s": "positive"}, drawn={"z": ("mu", "s")},
)  # fmt: skip
argument(
    "reparameterization",
    claim("drawn", "z", "mu + s u"),
    claim("mean", "E(mu + s u)", "mu"),
    claim("variance", "E((mu + s u - mu)^2)", "s^2 E(u^2)", "s^2"),
    claim("by_mean", "diff(z, mu)", "1"),
    claim("by_deviation", "diff(z, s)", "u"),
    claim("by_logarithm", "diff(mu + exp(l / 2) u, l)", "exp(l / 2) u / 2"),
    words="z mu s u l", explains="vae", source="Kingma & Welling 2014, section 2.4",
    facts={"s": "positive"}, drawn={"u": ("0", "1")},
)  # fmt: skip
UNIT = {f"w[{k}]": f"r[{k}] / sqrt(sum(r[k]^2, k=1..n))" for k in (1, 2, 3)}
SYMMETRIC = {"C[2,1]": "C[1,2]", "C[3,1]": "C[1,3]", "C[3,2]": "C[2,3]"}
argument(
    "principal_axis",
    claim("code", "c", "sum(w[k] x[k], k=1..n)"),
    claim("length", "sum(w[k]^2, k=1..n)", "1", given=UNIT),
    claim("error", "sum((x[k] - w[k] c)^2, k=1..n)",
          "sum(x[k]^2, k=1..n) - 2 c sum(w[k] x[k], k=1..n) + c^2 sum(w[k]^2, k=1..n)",
          "sum(x[k]^2, k=1..n) - c^2", given=UNIT),
    claim("covariance", "c^2", "sum(sum(w[k] (x[k] x[m]) w[m], m=1..n), k=1..n)"),
    claim("quotient", "R", "sum(sum(r[k] C[k,m] r[m], m=1..n), k=1..n) / sum(r[k]^2, k=1..n)",
          given=SYMMETRIC),
    claim("slope", "diff(R, r[i])",
          "2 (sum(C[i,k] r[k], k=1..n) - R r[i]) / sum(r[k]^2, k=1..n)",
          given=SYMMETRIC),
    words="c w x k m n R r C i", explains="tied_autoencoder linear_autoencoder",
    source="Bourlard & Kamp 1988; Baldi & Hornik 1989", sizes={"n": 3, "i": 2},
)  # fmt: skip
A, B, C, D = "(1 - t^2) / (1 + t^2)", "2 t / (1 + t^2)", "(1 - u^2) / (1 + u^2)", "2 u / (1 + u^2)"
FRAME = {  # two orthonormal rows in three dimensions
    "w[1,1]": f"{A} * {C}", "w[1,2]": f"{B} * {C}", "w[1,3]": D,
    "w[2,1]": f"-{B}", "w[2,2]": A, "w[2,3]": "0",
}  # fmt: skip
FALLING = {"l[3]": "r^2", "l[2]": "r^2 + q^2", "l[1]": "r^2 + q^2 + d^2"}
argument(
    "principal_subspace",
    claim("codes", "c(i)", "sum(w[i,k] x[k], k=1..n)"),
    claim("frame", "sum(w[i,k] w[j,k], k=1..n)", "where(i == j, 1, 0)", given=FRAME),
    claim("error", "sum((x[k] - sum(w[i,k] c(i), i=1..m))^2, k=1..n)",
          "sum(x[k]^2, k=1..n) - sum(c(i)^2, i=1..m)", given=FRAME),
    claim("share", "s(k)", "sum(w[i,k]^2, i=1..m)"),
    claim("part", "s(k)", "<= 1", given=FRAME),
    claim("all", "sum(s(k), k=1..n)", "m", given=FRAME),
    claim("kept", "sum(s(k) l[k], k=1..n)", "<= sum(l[k], k=1..m)", given={**FRAME, **FALLING}),
    words="w x l t u r q d i j k n m", functions="c s",
    explains="linear_autoencoder principal_components tied_autoencoder",
    source="Baldi & Hornik 1989", sizes={"n": 3, "m": 2, "i": 1, "j": 2, "k": 2},
)  # fmt: skip
argument(
    "denoising",
    claim("noisy", "y", "w (x + n)"),
    claim("expected", "E((y - x)^2)", "(1 - w)^2 x^2 + w^2 E(n^2)", "(1 - w)^2 x^2 + w^2 s^2"),
    claim("copied", "(1 - 1)^2 x^2 + 1^2 s^2", "s^2"),
    claim("slope", "diff((1 - w)^2 x^2 + w^2 s^2, w)", "2 w s^2 - 2 (1 - w) x^2"),
    claim("zero", "2 w_star s^2 - 2 (1 - w_star) x^2", "0", given={"w_star": "x^2 / (x^2 + s^2)"}),
    claim("best", "w_star", "x^2 / (x^2 + s^2)", "< 1"),
    words="y w w_star x n s", explains="denoising_autoencoder",
    source="Vincent, Larochelle, Bengio & Manzagol 2008", facts={"s": "positive"}, drawn={"n": ("0", "s")},
)  # fmt: skip
