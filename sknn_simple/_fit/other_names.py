"""Other names: what other libraries call options and values, and the advice on them."""

EQUIVALENTS = {
    "logistic": ["sigmoid", "logsig", "hard_sigmoid", "hardsigmoid"],
    "tanh": ["tansig", "hard_tanh", "hardtanh", "softsign"],
    "identity": ["linear", "none", "purelin"],
    "relu": [
        "rectifier",
        "celu",
        "elu",
        "gelu",
        "hard_swish",
        "hardswish",
        "maxout",
        "mish",
        "relu6",
        "selu",
        "silu",
        "swish",
        "poslin",
    ],
    "leaky_relu": ["leakyrelu", "lrelu", "prelu", "rrelu"],
    "quantile": ["pinball", "pinball_loss", "tau"],
    "huber": ["huber_loss", "smooth_l1", "log_cosh", "logcosh"],
    "huber_threshold": ["delta", "huber_delta", "huber_slope"],
    "squared_error": ["quadratic", "quadratic_cost", "squared_loss", "l2", "l2_loss"],
    "mean_squared_error": ["mse"],
    "sum_squared_error": ["sse", "sum_of_squares"],
    "poisson": ["gamma", "tweedie", "negative_binomial", "neg_binomial", "nbinom"],
    "absolute_error": ["mae", "l1", "l1_loss", "mean_absolute_error"],
    "log_loss": [
        "cross_entropy",
        "crossentropy",
        "categorical_crossentropy",
        "binary_crossentropy",
        "binomial",
    ],
    "sgd": ["gd", "gradient_descent", "traingd", "traingdm", "traingdx"],
    "adam": ["adamw", "adamax", "nadam", "rmsprop"],
    "lbfgs": [
        "bfgs",
        "l_bfgs",
        "lm",
        "levenberg_marquardt",
        "trainlm",
        "trainbr",
        "trainbfg",
        "trainscg",
    ],
    "glorot_uniform": ["xavier", "xavier_normal", "xavier_uniform"],
    "lecun_uniform": ["lecun"],
    "compiled": ["numba"],
    "max_iter": [
        "epoch",
        "epochs",
        "n_epochs",
        "nepochs",
        "num_epochs",
        "max_epochs",
        "n_iter",
        "num_iter",
        "iterations",
        "n_iterations",
    ],
    "activation": ["act", "activation_function", "nonlinearity", "transfer_function"],
    "out_activation": ["final_activation", "last_activation", "output_activation"],
    "init": ["initializer", "kernel_initializer", "weight_init", "weights_init"],
    "learning_rate": [
        "learning_rate_schedule",
        "lr_schedule",
        "lr_scheduler",
        "scheduler",
    ],
    "learning_rate_init": ["lr", "lr_init", "eta", "eta0", "rate", "step_size"],
    "hidden_layer_sizes": [
        "hidden",
        "hidden_dim",
        "hidden_dims",
        "hidden_layers",
        "hidden_size",
        "hidden_sizes",
        "hidden_units",
        "n_hidden",
        "layers",
        "layer_sizes",
        "neurons",
        "n_neurons",
        "size",
        "units",
        "n_units",
    ],
    "alpha": [
        "weight_decay",
        "decay",
        "l2",
        "l2_reg",
        "l2_regularization",
        "lambda",
        "lambda_",
        "kernel_regularizer",
        "penalty",
        "reg",
        "regularization",
        "regularizer",
    ],
    "batch_size": ["batch", "minibatch", "minibatch_size"],
    "solver": ["optimizer", "optimiser"],
    "random_state": ["seed", "rng"],
    "n_iter_no_change": ["patience", "max_fail"],
    "fit_intercept": ["bias", "use_bias"],
    "nesterovs_momentum": ["nesterov"],
    "epsilon": ["eps"],
    "momentum": ["mc"],
    "tol": ["tolerance", "min_delta", "min_grad"],
    "loss": ["loss_function", "loss_fn", "cost", "criterion", "objective"],
    "scoring": ["metric", "metrics"],
    "validation_fraction": ["validation_split", "val_split", "val_size"],
    "accuracy": ["acc", "accuracy_score"],
    "f1": ["f1_score"],
    "r2": ["r2_score"],
    "roc_auc": ["auc", "roc_auc_score"],
    "neg_mean_squared_error": ["mse"],
    "neg_root_mean_squared_error": ["rmse"],
    "neg_mean_absolute_error": ["mae"],
    "neg_log_loss": ["log_loss", "logloss", "cross_entropy"],
}
"""Names here, and their equivalents in other libraries."""

VALIDATION = "Pass X_val and y_val to fit, with early_stopping=True."

CALLBACKS = "Call set_callbacks(...) before fit."

NO_GPU = "Networks run on the CPU. For a GPU, use PyTorch, with skorch for its fit."

NO_BATCH_NORM = (
    "There is no batch normalisation. Put a StandardScaler before the network."
)

L2_ONLY = (
    "The penalty, alpha, is on squared weights only. To select inputs, use RFE with "
    "importance_getter."
)

SIZES_OF_DATA = "fit takes the numbers of inputs and outputs from the data."

ONE_SIZE_PER_LAYER = (
    "Pass a size per hidden layer, as in hidden_layer_sizes=(50, 50) for two."
)

AGAINST_OVERFITTING = "Against overfitting, increase alpha or set early_stopping=True."

REMARKS = {
    **dict.fromkeys(("callback", "callbacks"), CALLBACKS),
    "goal": "Set tol, or call set_callbacks(...) to stop at a given loss.",
    "monitor": "Set early_stopping=True and scoring, or call set_callbacks(...).",
    **dict.fromkeys(("eval_set", "validation_data"), VALIDATION),
    "class_weight": "Pass sample_weight to fit, to weigh the samples.",
    "n_jobs": "Pass it to the search or cross_val_score, whose fits run in parallel.",
    **dict.fromkeys(("device", "gpu", "use_gpu"), NO_GPU),
    **dict.fromkeys(("batch_norm", "batch_normalization"), NO_BATCH_NORM),
    "l1_ratio": L2_ONLY,
    **dict.fromkeys(("dropout", "dropout_rate"), AGAINST_OVERFITTING),
    **dict.fromkeys(("depth", "n_layers", "num_layers"), ONE_SIZE_PER_LAYER),
    **dict.fromkeys(("input_dim", "input_shape", "input_size"), SIZES_OF_DATA),
    **dict.fromkeys(("output_dim", "output_size"), SIZES_OF_DATA),
    **dict.fromkeys(("n_classes", "num_classes"), SIZES_OF_DATA),
    "restore_best_weights": "early_stopping=True always keeps the best weights.",
    "return_std": "Fit loss='quantile' at two quantiles, or a BaggingRegressor.",
    "out_activation": "A classifier chooses its output activation itself.",
    "linout": "Regressors have linear outputs, unless out_activation is set.",
    "exposure": "Fit y / exposure, with sample_weight=exposure.",
    "offset": "Fit y / exp(offset), with sample_weight=exp(offset).",
}
"""Advice on parameters that an estimator lacks, and has no other name for."""

REASONS = {
    "tanh": "It has the same range.",
    "relu": "It is the most similar built-in function.",
    "poisson": "It also suits positive or overdispersed amounts.",
    "huber": "It is quadratic up to huber_threshold, and linear beyond it.",
}
"""Why a suggested name suits, although it means something else."""

SOFTMAX = (
    "Softmax is for outputs: with three or more classes, SimpleMLPClassifier has it "
    "there already."
)

EQUAL_WEIGHTS = (
    "Initial weights must be random: if they are equal, all units of a layer stay "
    "equal, and learn the same."
)

HE = (
    "The nearest is 'lecun_uniform', the default; for relu, He's weights are sqrt(2) "
    "times as large. Pass coefs_init to start from them."
)

TO_SCALE_AUTO = (
    "To change the automatic penalty, write a positive number before '*auto', as in "
    "alpha='3*auto' or alpha='0.3*auto'. For no penalty, write alpha=0."
)

EXP = (
    "Write loss='poisson', which has this output. For a loss of your own, register the "
    "output under another name, as in ACTIVATIONS['exponential'] = "
    "OUT_ACTIVATIONS['exp'], also in its out_activations."
)

REMARKS_ON_VALUES = {
    "activation": {"softmax": SOFTMAX},
    "out_activation": {"exp": EXP},
    "init": {
        **dict.fromkeys(("zero", "zeros", "one", "ones", "constant"), EQUAL_WEIGHTS),
        **dict.fromkeys(("he", "he_normal", "he_uniform"), HE),
        **dict.fromkeys(("kaiming", "kaiming_normal", "kaiming_uniform"), HE),
    },
}
"""Advice on values, by parameter, that have no other name here."""

LOG_LOSS_OF_NUMBERS = (
    "For shares between 0 and 1, write out_activation='logistic', or repeat each "
    "sample once per class for SimpleMLPClassifier, with the shares as sample_weight."
)
