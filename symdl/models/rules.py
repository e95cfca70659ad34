"""This module holds the update rules, schedules and relations of the library: declarations, nothing else."""

from __future__ import annotations

from symdl.models.optimizers import Setup, optimizer, relation, schedule

RATE = {"learning_rate": "1/100"}
SLOW = {"learning_rate": "1/1000"}
SMALL = {"epsilon": "1/10^8"}
BETAS = {"beta1": "9/10", "beta2": "999/1000"}
DECAY = {"weight_decay": "1/100"}
MOMENTUM = {"momentum": "9/10"}

optimizer(  # on a batch of the data it is the stochastic one
    "gd", settings=RATE, lines={"theta": "theta - learning_rate g"}, source="Cauchy 1847",
    also="sgd gradient_descent",
)  # fmt: skip
optimizer(
    "momentum", settings=RATE | MOMENTUM | {"dampening": "0"}, state="v", form="velocity", also="heavy_ball",
    lines={"v": "momentum v - learning_rate g", "theta": "theta + v"},
    forms={
        "accumulated": {"v": "momentum v + g", "theta": "theta - learning_rate v"},
        "damped": {"v": "momentum v + (1 - momentum) g", "theta": "theta - learning_rate v"},
        "dampened": {  # as libraries have it: the first gradient counts in full
            "v": "where(t > 1, momentum v + (1 - dampening) g, g)",
            "theta": "theta - learning_rate v",
        },
    },
    source="Polyak 1964",
)  # fmt: skip
optimizer(
    "nesterov", settings=RATE | MOMENTUM, state="v", form="look_ahead", also="nag",
    lines={
        "ahead": "theta + momentum v",
        "v": "momentum v - learning_rate g",
        "theta": "theta + v",
    },
    forms={
        "phi": {
            "w": "momentum v - learning_rate g",
            "theta": "theta - momentum v + (1 + momentum) w",
            "v": "w",
        }
    },
    source="Nesterov 1983; Sutskever, Martens, Dahl & Hinton 2013",
)  # fmt: skip

# A rate for each entry

SQUARES = {"s": "s + g^2"}
FADED = {"s": "rho s + (1 - rho) g^2"}
CENTER = {"b": "rho b + (1 - rho) g"}
optimizer(
    "adagrad", settings=RATE | SMALL | {"decay": "0", "sum_start": "0"}, state="s",
    initial={"s": "sum_start"},
    lines=SQUARES | {"theta": "theta - learning_rate g / (sqrt(s) + epsilon)"},
    forms={
        "decaying": SQUARES | {
            "eta_now": "learning_rate / (1 + decay (t - 1))",
            "theta": "theta - eta_now g / (sqrt(s) + epsilon)",
        }
    },
    source="Duchi, Hazan & Singer 2011",
)  # fmt: skip
optimizer(
    "rmsprop", settings=SLOW | {"rho": "9/10"} | SMALL | MOMENTUM, state="s b v", form="plain",
    lines=FADED | {"theta": "theta - learning_rate g / (sqrt(s) + epsilon)"},
    forms={
        "centered": FADED | CENTER | {"theta": "theta - learning_rate g / (sqrt(s - b^2) + epsilon)"},
        "momentum": FADED | {
            "v": "momentum v + g / (sqrt(s) + epsilon)", "theta": "theta - learning_rate v",
        },
        "centered_momentum": FADED | CENTER | {
            "v": "momentum v + g / (sqrt(s - b^2) + epsilon)", "theta": "theta - learning_rate v",
        },
    },
    source="Tieleman & Hinton 2012; centered, with momentum: Graves 2013",
)  # fmt: skip
optimizer(
    "adadelta", settings={"learning_rate": "1", "rho": "9/10", "epsilon": "1/10^6"}, state="s u",
    lines={
        "s": "rho s + (1 - rho) g^2",
        "d": "sqrt(u + epsilon) / sqrt(s + epsilon) * g",
        "u": "rho u + (1 - rho) d^2",
        "theta": "theta - learning_rate d",
    },
    source="Zeiler 2012",
)  # fmt: skip
optimizer(
    "rprop", settings=RATE | {"shrink": "1/2", "grow": "6/5", "least": "1/10^6", "most": "50"},
    state="d p", initial={"d": "learning_rate"},
    lines={
        "q": "p * g",
        "d": "where(q > 0, min(grow d, most), where(q < 0, max(shrink d, least), d))",
        "p": "where(q < 0, 0, g)",
        "theta": "theta - d * sign(p)",
    },
    source="Riedmiller & Braun 1993",
)  # fmt: skip
optimizer("signsgd", settings=RATE, lines={"theta": "theta - learning_rate sign(g)"}, source="Bernstein 2018")

# Adam and its relatives

FADING = {"beta": "1 - t^(-decay)"}
CLIPPED = {
    "d": "u / max(1, sqrt(mean(square(u))) / threshold)",
    "rho": "max(least, sqrt(mean(square(theta)))) min(learning_rate, 1 / sqrt(t))",
    "theta": "theta - rho d - learning_rate weight_decay theta",
}
FIRST, SECOND = {"m": "beta1 m + (1 - beta1) g"}, {"v": "beta2 v + (1 - beta2) g^2"}
ADAM = FIRST | SECOND | {"m_hat": "m / (1 - beta1^t)", "v_hat": "v / (1 - beta2^t)"}
ADAMW = "theta - learning_rate (m_hat / (sqrt(v_hat) + epsilon) + weight_decay theta)"
LARGEST = FIRST | SECOND | {
    "w": "max(w, v)", "m_hat": "m / (1 - beta1^t)", "w_hat": "w / (1 - beta2^t)",
}  # fmt: skip
optimizer(
    "adam", settings=SLOW | BETAS | SMALL, state="m v",
    lines=ADAM | {"theta": "theta - learning_rate m_hat / (sqrt(v_hat) + epsilon)"},
    forms={
        "efficient": FIRST | SECOND | {
            "eta_now": "learning_rate sqrt(1 - beta2^t) / (1 - beta1^t)",
            "theta": "theta - eta_now m / (sqrt(v) + epsilon)",
        }
    },
    source="Kingma & Ba 2015, Algorithm 1; efficient: the end of its section 2",
)  # fmt: skip
optimizer(
    "adamw", settings=SLOW | DECAY | BETAS | SMALL, state="m v w",
    lines=ADAM | {"theta": ADAMW},
    forms={
        "amsgrad": LARGEST | {
            "theta": "theta - learning_rate (m_hat / (sqrt(w_hat) + epsilon) + weight_decay theta)"
        }
    },
    source="Loshchilov & Hutter 2019, Algorithm 2",
)  # fmt: skip
optimizer(
    "amsgrad", settings=SLOW | BETAS | SMALL, state="m v w",
    lines=LARGEST | {"theta": "theta - learning_rate m_hat / (sqrt(w_hat) + epsilon)"},
    source="Reddi, Kale & Kumar 2018, with bias correction",
)  # fmt: skip
optimizer(
    "adamax", settings={"learning_rate": "1/500"} | BETAS | SMALL, state="m u",
    lines=FIRST | {
        "u": "max(beta2 u, abs(g) + epsilon)",
        "m_hat": "m / (1 - beta1^t)",
        "theta": "theta - learning_rate m_hat / u",
    },
    source="Kingma & Ba 2015, Algorithm 2",
)  # fmt: skip
NADAM = {
    "mu_now": "beta1 (1 - (24/25)^(drift t) / 2)",
    "mu_next": "beta1 (1 - (24/25)^(drift (t + 1)) / 2)",
    "P": "P mu_now",
} | FIRST | SECOND | {
    "m_hat": "mu_next m / (1 - P mu_next) + (1 - mu_now) g / (1 - P)",
    "v_hat": "v / (1 - beta2^t)",
}  # fmt: skip
optimizer(
    "nadam", settings={"learning_rate": "1/500"} | BETAS | SMALL | {"drift": "1/250"} | DECAY,
    state="m v P", scalars="P", initial={"P": "1"},
    lines=NADAM | {"theta": "theta - learning_rate m_hat / (sqrt(v_hat) + epsilon)"},
    forms={"decoupled": NADAM | {"theta": ADAMW}},
    source="Dozat 2016",
)  # fmt: skip
RADAM = FIRST | SECOND | {
    "m_hat": "m / (1 - beta1^t)",
    "rho_inf": "2 / (1 - beta2) - 1",
    "rho_t": "rho_inf - 2 t beta2^t / (1 - beta2^t)",
    "r": "sqrt(max(0, (rho_t - 4) (rho_t - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho_t)))",
    "d": "where(rho_t > 5, r sqrt(1 - beta2^t) m_hat / (sqrt(v) + epsilon), m_hat)",
}  # fmt: skip
optimizer(
    "radam", settings=SLOW | BETAS | SMALL | DECAY, state="m v",
    lines=RADAM | {"theta": "theta - learning_rate d"},
    forms={"decoupled": RADAM | {"theta": "theta - learning_rate (d + weight_decay theta)"}},
    source="Liu et al. 2020, Algorithm 2",
)  # fmt: skip
optimizer(
    "lion", settings={"learning_rate": "1/10000", "weight_decay": "0", "beta1": "9/10", "beta2": "99/100"},
    state="m",
    lines={
        "c": "beta1 m + (1 - beta1) g",
        "m": "beta2 m + (1 - beta2) g",
        "theta": "theta - learning_rate (sign(c) + weight_decay theta)",
    },
    source="Chen et al. 2023, Algorithm 2",
)  # fmt: skip

# A rate for each layer

optimizer(
    "lars", settings={"learning_rate": "1/10", "trust": "1/1000"} | MOMENTUM | {"weight_decay": "0"},
    state="v",
    lines={
        "d": "g + weight_decay theta",
        "n": "|g| + weight_decay |theta|",
        "r": "where(n norm(theta) > 0, trust |theta| / n, 1)",
        "v": "momentum v + learning_rate r d",
        "theta": "theta - v",
    },
    source="You, Gitman & Ginsburg 2017, Algorithm 1",
)  # fmt: skip
optimizer(
    "lamb", settings=SLOW | {"weight_decay": "0"} | BETAS | {"epsilon": "1/10^6"}, state="m v",
    lines=ADAM | {
        "d": "m_hat / (sqrt(v_hat) + epsilon) + weight_decay theta",
        "r": "where(norm(d) norm(theta) > 0, |theta| / |d|, 1)",
        "theta": "theta - learning_rate r d",
    },
    source="You et al. 2020, Algorithm 2",
)  # fmt: skip

# A second moment for rows and columns

optimizer(
    "adafactor", form="vector", state="v R C",
    settings=RATE | {"decay": "4/5", "epsilon": "1/10^30", "least": "1/1000", "threshold": "1"}
    | {"weight_decay": "0"},
    initial={"R": "0 mean(g, axis=2)", "C": "0 mean(g, axis=1)"}, shaped={2: "matrix"},
    lines=FADING | {"v": "beta v + (1 - beta) (g^2 + epsilon)", "u": "g / sqrt(v)"} | CLIPPED,
    forms={
        "matrix": FADING | {
            "R": "beta R + (1 - beta) mean(square(g) + epsilon, axis=2)",
            "C": "beta C + (1 - beta) mean(square(g) + epsilon, axis=1)",
            "u": "g / sqrt(R C^T / mean(R))",
        } | CLIPPED
    },
    source="Shazeer & Stern 2018, Algorithms 4 and 5; decay decoupled as in AdamW",
)  # fmt: skip

# A direction with all its singular values near one

QUINTIC = "3.4445 {X} - 4.775 ({X} {X}^T) {X} + 2.0315 ({X} {X}^T) ({X} {X}^T) {X}"  # Newton and Schulz
ROOT = {f"X{k + 1}": QUINTIC.format(X=f"X{k}") for k in range(5)}
NESTEROV = {"v": "momentum v + (1 - momentum) g", "d": "(1 - momentum) g + momentum v"}
optimizer(
    "muon", form="vector", state="v", shaped={2: "matrix"},
    settings=SLOW | {"momentum": "19/20", "weight_decay": "1/10"},
    lines=NESTEROV | {"theta": "theta - learning_rate (d + weight_decay theta)"},
    forms={
        "matrix": NESTEROV | {"X0": "d / |d|"} | ROOT | {
            "theta": "theta - learning_rate (X5 + weight_decay theta)"
        }
    },
    source="Jordan et al. 2024, Muon",
)  # fmt: skip

# Averaging

optimizer(
    "asgd", settings=RATE | {"decay": "0", "power": "3/4", "begin": "0"}, state="a",
    lines={
        "eta_now": "learning_rate / (1 + decay learning_rate (t - 1))^power",
        "theta": "theta - eta_now (g + decay theta)",
        "a": "a + (theta - a) / max(1, t - 1 - begin)",
    },
    source="Polyak & Juditsky 1992",
)  # fmt: skip

FROM = {"initial": "1/100"}
schedule("step", "initial factor^floor((t - 1) / every)", settings=FROM | {"factor": "1/10", "every": "30"})
schedule("exponential", "initial factor^(t - 1)", settings=FROM | {"factor": "99/100"})
schedule(
    "cosine", "low + (initial - low) (1 + cos(pi min(t - 1, period) / period)) / 2",
    settings=FROM | {"low": "0", "period": "100"}, source="Loshchilov & Hutter 2017, without restarts",
)  # fmt: skip
schedule(
    "warm_up", "initial min(1, t / period)", settings=FROM | {"period": "10"}, source="Goyal et al. 2017"
)
schedule(
    "warm_restarts",
    "low + (initial - low) (1 + cos(pi ((t - 1) / period - floor((t - 1) / period)))) / 2",
    settings=FROM | {"low": "0", "period": "10"}, source="Loshchilov & Hutter 2017",
)  # fmt: skip
schedule(
    "linear", "initial (factor + (last - factor) min(t - 1, period) / period)",
    settings=FROM | {"factor": "1/3", "last": "1", "period": "5"},
)  # fmt: skip
schedule(
    "one_cycle",
    "where(t <= rise period, initial / divide + (initial - initial / divide)"
    " (1 - cos(pi (t - 1) / (rise period - 1))) / 2,"
    " initial / (divide end) + (initial - initial / (divide end))"
    " (1 + cos(pi (t - rise period) / (period - rise period))) / 2)",
    settings=FROM | {"period": "100", "rise": "3/10", "divide": "25", "end": "10^4"},
    source="Smith & Topin 2018",
)  # fmt: skip
schedule("inverse_time", "initial / (1 + decay (t - 1))", settings=FROM | {"decay": "1/100"})

GD = Setup("gd", {"learning_rate": "1/10"})
relation(Setup("momentum", {"learning_rate": "1/10", "momentum": "0"}), GD)
relation(Setup("momentum", {"learning_rate": "1/10", "momentum": "0"}, "accumulated"), GD)
relation(Setup("nesterov", {"learning_rate": "1/10", "momentum": "0"}), GD)
relation(Setup("asgd", {"learning_rate": "1/10", "decay": "0"}), GD)
relation(Setup("momentum", form="accumulated"), Setup("momentum"))
relation(Setup("momentum", {"learning_rate": "1/10"}, "damped"), Setup("momentum"))
relation(Setup("nesterov"), Setup("nesterov", form="phi"), "theta + momentum v")
relation(Setup("adamw", {"weight_decay": "0"}), Setup("adam"))
relation(
    Setup("adam", {"beta1": "0", "beta2": "0", "epsilon": "0"}), Setup("signsgd", {"learning_rate": "1/1000"})
)
relation(Setup("lion", {"beta1": "0"}), Setup("signsgd", {"learning_rate": "1/10000"}))
