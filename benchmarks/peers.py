"""The same training in PyTorch, eager and on one thread, and in skorch."""

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from torch import nn

torch.set_num_threads(1)


class Network(nn.Sequential):
    """Sigmoid layers that begin with given weights, and are of their dtype."""

    def __init__(self, coefs, intercepts, sigmoid_output):
        layers = []
        for i, coef in enumerate(coefs):
            tensor = torch.tensor(np.ascontiguousarray(coef.T))
            linear = nn.Linear(*coef.shape, bias=bool(intercepts), dtype=tensor.dtype)
            with torch.no_grad():
                linear.weight.copy_(tensor)
                if intercepts:
                    linear.bias.copy_(torch.tensor(intercepts[i]))
            layers += [linear, nn.Sigmoid()]
        super().__init__(*(layers if sigmoid_output else layers[:-1]))


def arrays(network):
    """Its weights, laid out and ordered as ours."""
    linear = [layer for layer in network if isinstance(layer, nn.Linear)]
    coefs = [layer.weight.detach().numpy().T for layer in linear]
    biases = [layer.bias.detach().numpy() for layer in linear if layer.bias is not None]
    return coefs + biases


class TorchMLP(ClassifierMixin, BaseEstimator):
    """The least that makes PyTorch's own training loop an estimator."""

    def __init__(
        self,
        coefs,
        intercepts,
        sigmoid_output,
        learning_rate_init,
        max_iter,
        batch_size,
        momentum,
        alpha,
        shuffle,
    ):
        self.coefs = coefs
        self.intercepts = intercepts
        self.sigmoid_output = sigmoid_output
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.momentum = momentum
        self.alpha = alpha
        self.shuffle = shuffle

    @classmethod
    def of(cls, training):
        """The estimator that does this training."""
        start = training.start()
        return cls(
            start.coefs,
            start.intercepts,
            training.sigmoid_output,
            training.learning_rate,
            training.n_epochs,
            training.batch_size,
            training.momentum,
            training.alpha,
            training.shuffle,
        )

    def with_module(self, coefs, intercepts):
        """Take these weights, as if trained."""
        self.module_ = Network(coefs, intercepts, self.sigmoid_output)
        return self

    def fit(self, X, y):
        """Train; rows are gathered by an index tensor, as PyTorch does fastest."""
        self.module_ = Network(self.coefs, self.intercepts, self.sigmoid_output)
        self.classes_ = np.unique(y)
        optimizer = self._optimizer(len(X))
        X, Y = torch.from_numpy(X), torch.from_numpy(y)
        if self.sigmoid_output:
            criterion, Y = nn.MSELoss(), Y.to(X.dtype)[:, None]
        else:
            criterion = nn.CrossEntropyLoss()
        for _ in range(self.max_iter):
            for X_batch, Y_batch in self._minibatches(X, Y):
                optimizer.zero_grad()
                criterion(self.module_(X_batch), Y_batch).backward()
                optimizer.step()
        return self

    def _optimizer(self, n_samples):
        """SGD, fused, which is the fastest, with our penalty: not of the biases."""
        named = list(self.module_.named_parameters())
        decayed = [p for name, p in named if name.endswith("weight")]
        biases = [p for name, p in named if name.endswith("bias")]
        groups = [{"params": decayed, "weight_decay": self.alpha / n_samples}]
        if biases:
            groups.append({"params": biases})
        # MSELoss is twice our squared error.
        rate = self.learning_rate_init / (2 if self.sigmoid_output else 1)
        nesterov = self.momentum > 0
        return torch.optim.SGD(
            groups, lr=rate, momentum=self.momentum, nesterov=nesterov, fused=True
        )

    def _minibatches(self, X, Y):
        if self.batch_size >= len(X):
            yield X, Y
            return
        order = torch.randperm(len(X)) if self.shuffle else torch.arange(len(X))
        for rows in order.split(self.batch_size):
            yield X[rows], Y[rows]

    def predict(self, X):
        """Labels."""
        with torch.inference_mode():
            return self.module_(torch.from_numpy(X)).argmax(dim=1).numpy()

    def predict_proba(self, X):
        """Probabilities."""
        with torch.inference_mode():
            return self.module_(torch.from_numpy(X)).softmax(dim=1).numpy()


def skorch_net(training):
    """Skorch's estimator, used as its documentation does: DataLoader, history."""
    from skorch import NeuralNetClassifier, NeuralNetRegressor

    start = training.start()
    n_samples = len(training.X)
    squared = training.sigmoid_output
    rival = NeuralNetRegressor if squared else NeuralNetClassifier
    return rival(
        Network,
        module__coefs=start.coefs,
        module__intercepts=start.intercepts,
        module__sigmoid_output=squared,
        criterion=nn.MSELoss if squared else nn.CrossEntropyLoss,
        optimizer=torch.optim.SGD,
        optimizer__momentum=training.momentum,
        optimizer__nesterov=training.momentum > 0,
        optimizer__weight_decay=training.alpha / n_samples,
        optimizer__param_groups=[("*.bias", {"weight_decay": 0.0})],
        lr=training.learning_rate / (2 if squared else 1),
        max_epochs=training.n_epochs,
        batch_size=-1 if training.batch_size >= n_samples else training.batch_size,
        iterator_train__shuffle=training.shuffle,
        train_split=None,
        verbose=0,
    )
