"""Classes: found among labels, their codes, and checks of what labels may be."""

from numbers import Integral, Number

import numpy as np
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from .._caller import warn_caller


def find_classes(labels):
    """Return the classes among labels, sorted, shape (n_classes,)."""
    try:
        return np.unique(labels)
    except TypeError as error:
        types = sorted({type(label).__name__ for label in labels})
        raise TypeError(
            f"labels must be sortable, got the types {types}. Convert them all to one "
            "type, such as str."
        ) from error


def label_codes(y, classes):
    """Return the index of each label in the sorted `classes`, shape (n_samples,)."""
    if y.ndim != 1:
        raise ValueError(f"y must be of shape (n_samples,), got {y.shape}.")
    try:
        codes = np.searchsorted(classes, y)
        codes[codes == len(classes)] = 0  # above all classes
        if (classes[codes] == y).all():
            return codes
    except TypeError:  # labels that cannot be compared with the classes
        pass
    known = classes.tolist()
    unseen = {str(label): label for label in y.tolist() if label not in known}
    some = [unseen[label] for label in sorted(unseen)][:10]
    also = "also " * any(label in known for label in y.tolist())
    raise ValueError(
        f"y must hold only the classes {known}, got {also}{some}. Drop such samples, "
        "or train a new network on samples of all classes; the first call of "
        "partial_fit takes a list of them, `classes`."
    )


def are_multilabel(y):
    """Return whether labels are a multilabel indicator matrix, or raise an error."""
    if np.ndim(y) == 0:
        raise ValueError(f"y must be array-like of shape (n_samples,), got {y!r}.")
    if isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype.kind in "biu":
        return False  # type_of_target would validate the vector several times
    # Both functions cast NaN and huge numbers to integers to test if they are whole.
    with np.errstate(invalid="ignore"):
        try:
            kind = type_of_target(y, input_name="y")
        except TypeError as error:  # labels that cannot be compared
            _check_no_bytes(y, error)
            to_one_type = "Convert y to one type, such as with y.astype(str), and wrap"
            raise ValueError(_several_columns(to_one_type)) from error
        if kind.startswith("continuous"):
            raise ValueError(
                f"Unknown label type: {kind}. y must hold labels of classes, "
                f"{_what_numbers_are(y)}"
            )
        if kind == "unknown" and y.dtype == object and y.size > 0:
            raise ValueError(_what_objects_are(y))
        if not kind.startswith(("binary", "multi")):
            check_classification_targets(y)  # which raises
    if kind == "multiclass-multioutput":
        raise ValueError(_several_columns("Wrap"))
    return kind == "multilabel-indicator"


def _check_no_bytes(y, error):
    """Raise ValueError if labels are bytes, which scikit-learn refuses."""
    label = np.asarray(y).flat[0]
    if isinstance(label, bytes):
        raise ValueError(
            f"y must be texts or numbers, got bytes such as {bytes(label)!r:.60}. "
            "Decode them with np.char.decode(np.asarray(y, dtype=bytes))."
        ) from error


def _several_columns(wrap):
    return (
        "y must be labels of shape (n_samples,), or a multilabel indicator matrix of "
        f"zeros and ones; got several columns of multiclass labels. {wrap} the "
        "classifier in sklearn.multioutput.MultiOutputClassifier."
    )


def _what_objects_are(y):
    """Describe labels that are Python objects, and how to convert them."""
    types = {type(label) for label in y.flat}
    names = sorted(each.__name__ for each in types)
    dtype = "str"
    for numbers, name in ((bool, "bool"), (Integral, "int"), (Number, "float")):
        if all(issubclass(each, numbers) for each in types):
            dtype = name
            break
    return (
        "Unknown label type: object. y must have a dtype of numbers or texts, got "
        f"objects of the types {names}. Convert them, for instance with "
        f"y.astype({dtype})."
    )


def _what_numbers_are(y):
    """Return what continuous labels may be, and a next step."""
    y = np.asarray(y)
    if y.min() < 0 or y.max() > 1:
        return "got continuous numbers. SimpleMLPRegressor predicts numbers."
    return (
        "got numbers between 0 and 1, perhaps probabilities. Predict their logarithms "
        "with SimpleMLPRegressor(), and take the softmax of its predictions; predict "
        'them with SimpleMLPRegressor(out_activation="logistic"); or repeat each '
        "sample once per class, with the probabilities as sample_weight."
    )


def warn_of_quantities(y, classes):
    """Warn of labels like a quantity, as scikit-learn's classifiers do."""
    if y.dtype.kind in "iuf" and len(y) > 20 and len(classes) > len(y) / 2:
        warn_caller(
            f"y has {len(classes)} classes in {len(y)} samples. If y is a quantity, "
            "use SimpleMLPRegressor."
        )
