// The passes and epochs of the compiled engine, in the order of forward_pass.py,
// backprop.py, gradient.py and training.py. Built once for each set of instructions, as
// the `Build` of that name.

#include <algorithm>
#include <cstdint>

#include "numpy/random/bitgen.h"

#include "compiled.h"  // what compiled.pyx hands over

#include "_kernels.hpp"

namespace {

// Products with more multiplications than this are left to BLAS.
constexpr ptrdiff_t LARGE = 1 << 13;

// Let Python handle signals, such as Ctrl-C. Returns whether that raised an error.
bool handling_raises() {
    PyGILState_STATE state = PyGILState_Ensure();
    bool raised = PyErr_CheckSignals() < 0;
    PyGILState_Release(state);
    return raised;
}

template <class T> struct Loops {
    Training &training;
    const Layer *layers = training.layers, &last = layers[training.n_layers - 1];
    const T *flat = (const T *)training.optimizer.flat;
    T *activations = (T *)training.activations, *deltas = (T *)training.deltas;
    Step<T> step{training.optimizer};
    double loss_sum = 0;  // of the epoch
    // The minibatch; n rows of it, from `position` on, pass through the network at once.
    ptrdiff_t begin = 0, position = 0, end = 0, n = 0;
    double weight = 0;
    T penalty_strength = 0;
    const T *X = nullptr;

    // The number of the i-th of these rows among the samples.
    ptrdiff_t sample(ptrdiff_t i) const {
        i += position;
        return training.order ? training.order[i] : i;
    }

    // out = A @ B + beta * out, of shapes (n, m) and (m, k), by BLAS. It stores columns:
    // to it these are the transposed matrices, in other order.
    void gemm(bool transpose_a, bool transpose_b, ptrdiff_t n, ptrdiff_t k, ptrdiff_t m,
              const T *A, const T *B, T beta, T *out) const {
        int rows = n, columns = k, inner = m;
        int row_a = transpose_a ? n : m, row_b = transpose_b ? m : k;
        char a = transpose_a ? 'T' : 'N', b = transpose_b ? 'T' : 'N';
        T one = 1;
        using Gemm = void(char *, char *, int *, int *, int *, T *, const T *, int *,
                          const T *, int *, T *, T *, int *);
        ((Gemm *)training.gemm)(&b, &a, &columns, &rows, &inner, &one, B, &row_b, A,
                                &row_a, &beta, out, &columns);
    }

    // Call use(i, value, column) for each stored number of sparse rows.
    template <class Use> void each_stored(Use use) const {
        for (ptrdiff_t i = 0; i < n; i++) {
            const ptrdiff_t *bounds = training.indptr + sample(i);
            for (ptrdiff_t at = bounds[0]; at < bounds[1]; at++)
                use(i, ((const T *)training.data)[at], training.indices[at]);
        }
    }

    // Write the activations of each layer; the last are what the loss takes.
    void forward() const {
        const T *below = X;
        for (ptrdiff_t i = 0; i < training.n_layers; i++) {
            const Layer &layer = layers[i];
            ptrdiff_t k = layer.fan_out;
            const T *coef = flat + layer.coef;
            const T *intercept = training.fit_intercept ? flat + layer.intercept : nullptr;
            T *Z = activations + n * layer.units;
            auto keep = [=](ptrdiff_t row, ptrdiff_t j, auto sum) INLINED {
                if (intercept)
                    sum += load<decltype(sum)>(intercept + j);
                store(Z + row * k + j, sum);
            };
            // `product` would fill a single number of each register for a single output.
            if (below && k == 1 && layer.fan_in > 2 * WIDTH<T>) {
                product_of_rows(below, coef, n, 1, layer.fan_in, keep);
            } else if (below && n * layer.fan_in * k <= LARGE) {
                product(Matrix<T>{below, layer.fan_in, 1}, coef, n, k, layer.fan_in, keep);
            } else {
                for (ptrdiff_t row = 0; row < n; row++)
                    copy(intercept, k, Z + row * k);
                if (below)
                    gemm(false, false, n, k, layer.fan_in, below, coef, 1, Z);
                else
                    each_stored([=](ptrdiff_t row, T x, ptrdiff_t column) {
                        add_multiple(Z + row * k, x, coef + column * k, k);
                    });
            }
            activate(layer.activation, Z, n * k);
            below = Z;
        }
    }

    // Loss of an output z and its target y; d becomes its derivative.
    double loss_of_output(T z, T y, T &d) const {
        T option = training.loss_option, error = z - y;
        switch (training.loss) {
        case SQUARED_ERROR:
            d = error;
            return 0.5 * error * error;
        case ABSOLUTE_ERROR:
            d = error > 0 ? T(1) : error < 0 ? T(-1) : error;
            return std::fabs(error);
        case QUANTILE:
            d = error > 0 ? 1 - option : error < 0 ? -option : error;
            return d * error;
        case HUBER:
            d = std::max(-option, std::min(error, option));
            return d * (error - T(0.5) * d);
        case POISSON:
            d = Exponential<T, T>(z).value() - y;
            return (y > 0 ? y * std::log(y) : 0) - y * z + d;
        default: {  // BINARY_LOG_LOSS
            T power = Exponential<T, T>(-std::fabs(z)).value();
            d = (z >= 0 ? 1 : power) / (1 + power) - y;
            return std::max(z, T(0)) - y * z + std::log1p(power);
        }
        }
    }

    // Replace logits by their distances from the largest one, and write powers of e.
    void exponentials(T *logits, T *powers, ptrdiff_t k) const {
        for (ptrdiff_t row = 0; row < n * k; row += k) {
            T largest = *std::max_element(logits + row, logits + row + k);
            for (ptrdiff_t j = row; j < row + k; j++)
                powers[j] = logits[j] -= largest;
        }
        activate(EXP, powers, n * k);
    }

    // Loss of k logits, whose powers of e become its derivatives.
    double softmax_log_loss(const T *logits, const T *y, T *d, ptrdiff_t k) const {
        double total = 0, logit_of_class = 0;
        for (ptrdiff_t j = 0; j < k; j++) {
            total += d[j];
            logit_of_class += y[j] * logits[j];
        }
        for (ptrdiff_t j = 0; j < k; j++)
            d[j] = d[j] / T(total) - y[j];
        return std::log(total) - logit_of_class;
    }

    // Sum of w_i * loss_i; the last of the deltas become its derivative, times `scale`.
    double loss_and_delta(T scale) const {
        ptrdiff_t k = last.fan_out;
        T *z = activations + n * last.units, *d = deltas + n * last.units;
        bool is_softmax = training.loss == SOFTMAX_LOG_LOSS;
        double value = 0;
        if (is_softmax)
            exponentials(z, d, k);
        for (ptrdiff_t i = 0; i < n; i++, z += k, d += k) {
            const T *y = (const T *)training.Y + sample(i) * k;
            T weight = ((const T *)training.weights)[sample(i)];
            double loss = is_softmax ? softmax_log_loss(z, y, d, k) : 0;
            for (ptrdiff_t j = 0; j < k; j++) {
                if (!is_softmax)
                    loss += loss_of_output(z[j], y[j], d[j]);
                d[j] *= scale * weight;
            }
            value += weight * loss;
        }
        differentiate(last.activation, z - n * k, d - n * k, n * k);
        return value;
    }

    // Write the delta of the layer below.
    void backward_to(const Layer &layer, const T *below, T *delta_below) const {
        ptrdiff_t fan_in = layer.fan_in, k = layer.fan_out;
        const T *delta = deltas + n * layer.units, *coef = flat + layer.coef;
        if (n * fan_in * k > LARGE)
            gemm(false, true, n, fan_in, k, delta, coef, 0, delta_below);
        else if (k == 1)
            product(Matrix<T>{delta, 1, 1}, coef, n, fan_in, 1,
                    [=](ptrdiff_t i, ptrdiff_t h, auto d) INLINED {
                        store(delta_below + i * fan_in + h, d);
                    });
        else
            product_of_rows(delta, coef, n, fan_in, k,
                            [=](ptrdiff_t i, ptrdiff_t h, T sum) INLINED {
                                delta_below[i * fan_in + h] = sum;
                            });
        differentiate((&layer - 1)->activation, below, delta_below, n * fan_in);
    }

    // Add to the gradient of `fan_in` rows of parameters, from the `at`-th on, and step
    // along it at the end of a minibatch. A small one goes from registers into the step
    // and is never stored. Returns twice the penalty of the parameters before, which
    // may have a factor for each row.
    template <bool FACTORS = false>
    T learn(const Layer &layer, const T *below, ptrdiff_t fan_in, ptrdiff_t at,
            T strength) const {
        ptrdiff_t k = layer.fan_out;
        const T *delta = deltas + n * layer.units;
        T *to = (T *)training.gradient + at;
        const T *factors = (const T *)training.input_factors;
        Step<T> local = step;
        // Step along g from the j-th parameter on. With one output, each has a factor.
        auto use = [&](ptrdiff_t row, ptrdiff_t j, auto g) INLINED {
            if constexpr (!FACTORS)
                local(at + j, g, strength);
            else if (k == 1)
                local(at + j, g, strength * load<decltype(g)>(factors + j));
            else
                local(at + j, g, strength * factors[row]);
        };
        bool begins = position == begin, ends = position + n == end;
        if (begins && ends && below && n * fan_in * k <= LARGE) {
            if (k == 1)  // a row in place of a column fills registers
                product(Matrix<T>{delta, 1, 1}, below, 1, fan_in, n,
                        [&](ptrdiff_t, ptrdiff_t h, auto g) INLINED { use(h, h, g); });
            else
                product(Matrix<T>{below, 1, fan_in}, delta, fan_in, k, n,
                        [&](ptrdiff_t h, ptrdiff_t j, auto g) INLINED {
                            use(h, h * k + j, g);
                        });
            return local.penalty.value();
        }
        if (begins)
            copy<T>(nullptr, fan_in * k, to);
        if (below)
            gemm(true, false, fan_in, k, n, below, delta, 1, to);
        else
            each_stored([=](ptrdiff_t row, T x, ptrdiff_t column) {
                add_multiple(to + column * k, x, delta + row * k, k);
            });
        ptrdiff_t at_once = FACTORS && k > 1 ? k : fan_in * k;
        for (ptrdiff_t first = 0; ends && first < fan_in * k; first += at_once)
            over<T>(at_once, [&](ptrdiff_t j, auto g) INLINED {
                use(first / k, first + j, load<decltype(g)>(to + first + j));
            });
        return local.penalty.value();
    }

    // Pass the deltas back, and learn from them; returns twice the penalty.
    double backward() const {
        double penalty = 0;
        for (ptrdiff_t i = training.n_layers - 1; i >= 0; i--) {
            const Layer &layer = layers[i];
            ptrdiff_t units_below = n * (layer.units - layer.fan_in);
            const T *below = i > 0 ? activations + units_below : X;
            if (i > 0)
                backward_to(layer, below, deltas + units_below);
            if (i == 0 && training.input_factors)
                penalty += learn<true>(layer, below, layer.fan_in, 0, penalty_strength);
            else
                penalty += learn(layer, below, layer.fan_in, layer.coef, penalty_strength);
            if (training.fit_intercept)
                learn(layer, (const T *)training.ones, 1, layer.intercept, 0);
        }
        return penalty;
    }

    // Take the next rows: in place if they are in order or a single one, else gathered.
    void take() {
        n = std::min(training.n_rows, end - position);
        const T *samples = (const T *)training.X;
        ptrdiff_t width = layers[0].fan_in;
        X = samples ? samples + sample(0) * width : nullptr;
        if (!samples || !training.order || n == 1)
            return;
        T *gathered = (T *)training.gathered;
        for (ptrdiff_t i = 0; i < n; i++)
            copy(samples + sample(i) * width, width, gathered + i * width);
        X = gathered;
    }

    // Pass rows forward and back, and step after the last ones of a minibatch.
    void pass_rows() {
        double size = end - begin, W = training.total_weight;
        double mean_weight = W / training.n_samples;
        // The gradient of a summed loss is larger by the number of rows.
        double length = training.summed ? size * mean_weight : 1;
        double scale = length / (size * mean_weight) / training.averaged_over;
        forward();
        if (training.optimizer.kind == PREDICT) {
            ptrdiff_t k = last.fan_out, written = position * k;
            copy(activations + n * last.units, n * k, (T *)step.optimizer.first + written);
            return;
        }
        loss_sum += loss_and_delta(scale) / training.averaged_over;
        bool ends = position + n == end;
        if (ends) {
            double t = ++training.n_steps, rate = training.rates[training.n_done];
            if (training.optimizer.kind == ADAM)
                rate *= std::sqrt(1 - std::pow(training.optimizer.beta_2, t)) /
                        (1 - std::pow(training.optimizer.beta_1, t));
            step.rate = rate, penalty_strength = training.alpha / W * length;
        }
        double penalty = backward() / 2 / length;
        if (ends)
            loss_sum += weight * penalty;
    }

    void begin_minibatch() {
        begin = end;
        end = std::min(end + training.batch_size, training.n_samples);
        weight = 0;
        for (ptrdiff_t i = 0; i < end - begin; i++)
            weight += ((const T *)training.weights)[sample(i)];
    }

    // Make `order` what RandomState.permutation(n) would be. NumPy has promised never
    // to change what a RandomState draws (NEP 19).
    void shuffle() const {
        ptrdiff_t *order = training.order;
        for (ptrdiff_t i = 0; i < training.n_samples; i++)
            order[i] = i;
        uint32_t mask = 1, j;
        while (mask < training.n_samples - 1)
            mask = 2 * mask + 1;
        for (ptrdiff_t i = training.n_samples - 1; i > 0; i--) {
            if (i == mask >> 1)
                mask >>= 1;
            do
                j = training.bitgen->next_uint32(training.bitgen->state) & mask;
            while (j > i);
            std::swap(order[i], order[j]);
        }
    }

    void begin_epoch() {
        if (training.order)
            shuffle();
        position = end = loss_sum = 0;
    }

    // Record an epoch, and whether training ends with it.
    void end_epoch() {
        double loss = loss_sum / (training.summed ? 1 : training.total_weight);
        bool finite = std::isfinite(loss);
        for (ptrdiff_t i = 0; i < training.n_parameters; i++)
            finite &= std::fabs(flat[i]) < INFINITY;
        training.losses[training.n_done++] = loss;
        if (!finite) {
            training.ending = NOT_FINITE;
            return;
        }
        if (training.average) {
            T weight = T(4) / (++training.n_averaged + 3);
            apply(training.n_parameters,
                  [=](auto a, auto w) INLINED { return a + weight * (w - a); },
                  (T *)training.average, flat);
        }
        training.count = loss < training.best - training.tol ? 0 : training.count + 1;
        training.best = std::min(training.best, loss);
        if (training.count >= training.most)
            training.ending = PATIENCE_RAN_OUT;
    }

    // Train until the epochs are over. Returns -1 if handling a signal raised an error.
    int train() {
        ptrdiff_t work = 0;
        while (training.n_done < training.n_epochs && training.ending == DONE) {
            begin_epoch();
            while (end < training.n_samples) {
                begin_minibatch();
                for (; position < end; position += n) {
                    take();
                    if (weight != 0)
                        pass_rows();
                    work += n * training.n_parameters + FIXED_WORK;
                    if (work > SLICE && handling_raises())
                        return -1;
                    work %= SLICE;
                }
            }
            end_epoch();
        }
        return 0;
    }
};

}  // namespace

#define NAME_OF(build) #build
#define QUOTED(build) NAME_OF(build)
extern const Build BUILD;
const Build BUILD{
    QUOTED(BUILD),
    [](Training *training) { return Loops<double>{*training}.train(); },
    [](Training *training) { return Loops<float>{*training}.train(); },
};
