// The passes and epochs of the compiled engine, in the order of forward_pass.py,
// backprop.py, gradient.py and training.py. Built once for each set of instructions, as
// the function of that name.

#include <algorithm>
#include <bit>
#include <exception>
#include <numeric>
#include <vector>

#include "numpy/random/bitgen.h"

#include "compiled.h"  // what compiled.pyx hands over

#include "_kernels.hpp"

namespace {

// Products of more than LARGE multiplications are left to BLAS, except those of at most
// NARROW columns: from MEDIUM on, these take 8 rows at once.
constexpr ptrdiff_t MEDIUM = 1 << 10, LARGE = 1 << 13, NARROW = REGISTER / 2;
// Rows that pass through the network at once: at most MOST_ROWS, worth at most MOST_WORK.
constexpr ptrdiff_t MOST_ROWS = 512, MOST_WORK = 1 << 26;
// Of a pass, besides that of its rows; and between two looks for Ctrl-C: some 10 ms.
constexpr ptrdiff_t FIXED_WORK = 1 << 10, SLICE = 1 << 24;

template <class T> struct Loops {
    Training &training;
    const Layer *layers = training.layers, &last = layers[training.n_layers - 1];
    const T *flat = (const T *)training.flat, *weights = (const T *)training.weights;
    Step<T> step{training.optimizer, (T *)training.flat, (T *)training.first,
                 (T *)training.second};
    ptrdiff_t work_of_row = training.n_parameters + FIXED_WORK;
    ptrdiff_t n_rows = std::clamp(MOST_WORK / work_of_row, ptrdiff_t(1),
                                  std::min(training.batch_size, MOST_ROWS));
    ptrdiff_t n_units = last.units + last.fan_out;
    std::vector<std::vector<T>> memory;
    T *activations = room(n_rows * n_units), *deltas = room(n_rows * n_units);
    T *gradient = room(training.prediction ? 0 : training.n_parameters);
    T *gathered = room(n_rows * layers->fan_in), *ones = room(n_rows, 1);
    const T *zeros = room(n_units);  // in place of intercepts
    std::vector<ptrdiff_t> order;
    // The minibatch; n rows of it, from `position` on, pass through the network at once.
    ptrdiff_t begin = 0, position = 0, end = 0, n = 0;
    double loss_sum = 0, weight = 0;  // of the epoch; of the minibatch
    double mean_weight = training.total_weight / training.n_samples;
    double decay = training.alpha / training.total_weight;
    T penalty_strength = 0;
    const T *X = nullptr;

    // Memory for n numbers, which begins where a line of the cache does.
    T *room(ptrdiff_t n, T value = 0) {
        memory.emplace_back(n + 64 / sizeof(T), value);
        return (T *)((uintptr_t(memory.back().data()) + 63) / 64 * 64);
    }

    // Which sample is the i-th of the epoch.
    ptrdiff_t sample(ptrdiff_t i) const { return order.empty() ? i : order[i]; }
    T weight_of(ptrdiff_t sample) const { return weights ? weights[sample] : 1; }
    // Whether a product of n x m and m x k numbers takes rows at once.
    bool is_narrow(ptrdiff_t m, ptrdiff_t k) const { return k <= NARROW && n * m * k > MEDIUM; }

    // out += X @ B for the sparse rows X, or X.T @ B, where B has k columns.
    void sparse_product(bool transpose, ptrdiff_t k, const T *B, T *out) const {
        for (ptrdiff_t row = 0; row < n; row++) {
            const ptrdiff_t *bounds = training.indptr + sample(position + row);
            for (ptrdiff_t at = bounds[0]; at < bounds[1]; at++) {
                T x = ((const T *)training.data)[at];
                ptrdiff_t from = training.indices[at], to = row;
                if (transpose)
                    std::swap(from, to);
                auto f = [=](auto sum, auto b) INLINED { return sum + x * b; };
                apply(k, f, out + to * k, B + from * k);
            }
        }
    }

    // out = A @ B + beta * out, of shapes (n, m) and (m, k), by BLAS; 'T' transposes. It
    // stores columns: to it these are the transposed matrices, in other order. A is NULL
    // for sparse rows.
    void gemm(char a, char b, int n, int k, int m, const T *A, const T *B, T beta,
              T *out) const {
        if (!A && beta == 0)
            std::fill_n(out, ptrdiff_t(n) * k, 0);
        if (!A)
            return sparse_product(a == 'T', k, B, out);
        int row_a = a == 'T' ? n : m, row_b = b == 'T' ? m : k;
        T one = 1;
        using Gemm = void(char *, char *, int *, int *, int *, T *, const T *, int *,
                          const T *, int *, T *, T *, int *);
        ((Gemm *)training.gemm)(&b, &a, &k, &n, &m, &one, B, &row_b, A, &row_a, &beta,
                                out, &k);
    }

    // Write the activations of each layer; the last are what the loss takes.
    void forward() const {
        const T *below = X;
        for (ptrdiff_t i = 0; i < training.n_layers; i++) {
            const Layer &layer = layers[i];
            ptrdiff_t fan_in = layer.fan_in, k = layer.fan_out;
            const T *coef = flat + layer.coef;
            const T *intercept = training.fit_intercept ? flat + layer.intercept : zeros;
            T *Z = activations + n * layer.units;
            auto keep = [=](ptrdiff_t row, ptrdiff_t j, auto sum) INLINED {
                store(Z + row * k + j, sum + load<decltype(sum)>(intercept + j));
            };
            if (below && k == 1) {  // `product` would fill single numbers of registers
                product_of_rows(below, coef, n, 1, fan_in, keep);
            } else if (below && is_narrow(fan_in, k)) {
                product<T, 1, 8>(below, fan_in, 1, coef, n, k, fan_in, keep);
            } else if (below && n * fan_in * k <= LARGE) {
                product(below, fan_in, 1, coef, n, k, fan_in, keep);
            } else {
                for (ptrdiff_t row = 0; row < n; row++)
                    std::copy_n(intercept, k, Z + row * k);
                gemm('N', 'N', n, k, fan_in, below, coef, 1, Z);
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
            d = exponential<T>(z) - y;
            return (y > 0 ? y * std::log(y) : 0) - y * z + d;
        default: {  // BINARY_LOG_LOSS
            T power = exponential<T>(-std::fabs(z));
            d = (z >= 0 ? 1 : power) / (1 + power) - y;
            return std::max(z, T(0)) - y * z + std::log1p(power);
        }
        }
    }

    // Loss of k logits; d, their powers of e, becomes its derivative.
    double softmax_log_loss(const T *z, const T *y, T *d, ptrdiff_t k) const {
        double total = std::accumulate(d, d + k, 0.0);
        for (ptrdiff_t j = 0; j < k; j++)
            d[j] = d[j] / T(total) - y[j];
        return std::log(total) - std::inner_product(y, y + k, z, 0.0);
    }

    // Sum of w_i * loss_i; the last of the deltas become its derivative, times `scale`.
    // Within `train`, its loop would lack registers.
    [[gnu::noinline]] double loss_and_delta(T scale) const {
        ptrdiff_t k = last.fan_out;
        T *Z = activations + n * last.units, *delta = deltas + n * last.units;
        bool is_softmax = training.loss == SOFTMAX_LOG_LOSS;
        double value = 0;
        // Replace logits by their distances from the largest one, and write powers of e.
        for (ptrdiff_t row = 0; is_softmax && row < n * k; row += k) {
            T largest = *std::max_element(Z + row, Z + row + k);
            for (ptrdiff_t j = row; j < row + k; j++)
                delta[j] = Z[j] -= largest;
        }
        if (is_softmax)
            activate(EXP, delta, n * k);
        for (ptrdiff_t i = 0; i < n; i++) {
            ptrdiff_t at = sample(position + i);
            const T *z = Z + i * k, *y = (const T *)training.Y + at * k;
            T *d = delta + i * k, weight = weight_of(at);
            double loss = is_softmax ? softmax_log_loss(z, y, d, k) : 0;
            for (ptrdiff_t j = 0; j < k; j++) {
                if (!is_softmax)
                    loss += loss_of_output(z[j], y[j], d[j]);
                d[j] *= scale * weight;
            }
            value += weight * loss;
        }
        differentiate(last.activation, Z, delta, n * k);
        return value;
    }

    // Write the delta of the layer below.
    void backward_to(const Layer &layer, const T *below, T *delta_below) const {
        ptrdiff_t fan_in = layer.fan_in, k = layer.fan_out;
        const T *delta = deltas + n * layer.units, *coef = flat + layer.coef;
        auto keep = [=](ptrdiff_t row, ptrdiff_t h, auto sum) INLINED {
            store(delta_below + row * fan_in + h, sum);
        };
        if (n * fan_in * k > LARGE)
            gemm('N', 'T', n, fan_in, k, delta, coef, 0, delta_below);
        else if (k == 1)
            product(delta, 1, 1, coef, n, fan_in, 1, keep);
        else
            product_of_rows(delta, coef, n, fan_in, k, keep);
        differentiate((&layer - 1)->activation, below, delta_below, n * fan_in);
    }

    // Add to the gradient of `fan_in` rows of parameters, from the `at`-th on, and step
    // along it at the end of a minibatch. A small one goes from registers into the step
    // and is never stored. Returns twice the penalty of the parameters before, which
    // may have a factor for each row.
    template <bool FACTORS = false>
    T learn(const Layer &layer, const T *below, ptrdiff_t fan_in, ptrdiff_t at,
            T strength) const {
        ptrdiff_t k = layer.fan_out, n_rows = FACTORS && k > 1 ? fan_in : 1;
        const T *delta = deltas + n * layer.units;
        const T *factors = (const T *)training.input_factors;
        Step<T> local = step;
        // Step along g, from this row and column on. With one output, each has a factor.
        auto use = [&](ptrdiff_t row, ptrdiff_t column, auto g) INLINED {
            ptrdiff_t j = at + row * k + column;
            if constexpr (!FACTORS)
                local(j, g, strength);
            else if (k == 1)
                local(j, g, strength * load<decltype(g)>(factors + row + column));
            else
                local(j, g, strength * factors[row]);
        };
        bool begins = position == begin, ends = position + n == end;
        bool narrow = is_narrow(fan_in, k), large = n * fan_in * k > LARGE && !narrow;
        if (!begins || !ends || !below || large) {
            gemm('T', 'N', fan_in, k, n, below, delta, begins ? 0 : 1, gradient + at);
            for (ptrdiff_t row = 0; ends && row < n_rows; row++)
                over<T>(fan_in * k / n_rows, [&](ptrdiff_t j, auto g) INLINED {
                    use(row, j, load<decltype(g)>(gradient + at + row * k + j));
                });
        } else if (k == 1) {  // a row in place of a column fills registers
            product(delta, 1, 1, below, 1, fan_in, n, use);
        } else if (!narrow) {
            product(below, 1, fan_in, delta, fan_in, k, n, use);
        } else {
            product<T, 1, 8>(below, 1, fan_in, delta, fan_in, k, n, use);
        }
        return local.penalty.value();
    }

    // Pass the deltas back, and learn from them; returns twice the penalty.
    double backward() const {
        double penalty = 0;
        for (ptrdiff_t i = training.n_layers - 1; i >= 0; i--) {
            const Layer &layer = layers[i];
            ptrdiff_t fan_in = layer.fan_in, units_below = n * (layer.units - fan_in);
            const T *below = i > 0 ? activations + units_below : X;
            if (i > 0)
                backward_to(layer, below, deltas + units_below);
            if (i == 0 && training.input_factors)
                penalty += learn<true>(layer, below, fan_in, 0, penalty_strength);
            else
                penalty += learn(layer, below, fan_in, layer.coef, penalty_strength);
            if (training.fit_intercept)
                learn(layer, ones, 1, layer.intercept, 0);
        }
        return penalty;
    }

    // Take the next rows: in place if they are in order or a single one, else gathered.
    void take() {
        n = std::min(n_rows, end - position);
        const T *samples = (const T *)training.X;
        ptrdiff_t m = layers[0].fan_in;
        bool gathers = samples && !order.empty() && n > 1;
        for (ptrdiff_t i = 0; gathers && i < n; i++)
            std::copy_n(samples + sample(position + i) * m, m, gathered + i * m);
        X = gathers ? gathered : samples ? samples + sample(position) * m : nullptr;
    }

    // Pass rows forward and back, and step after the last ones of a minibatch.
    void pass_rows() {
        double usual = mean_weight * (end - begin);
        // The gradient of a summed loss is larger by the number of rows.
        double length = training.summed ? usual : 1;
        double scale = length / (usual * training.averaged_over);
        forward();
        if (training.prediction) {
            T *to = (T *)training.prediction + position * last.fan_out;
            std::copy_n(activations + n * last.units, n * last.fan_out, to);
            return;
        }
        loss_sum += loss_and_delta(scale) / training.averaged_over;
        if (position + n == end) {
            Optimizer &optimizer = training.optimizer;
            double t = ++optimizer.n_steps, rate = training.rates[training.n_done];
            if (optimizer.kind == ADAM)
                rate *= std::sqrt(1 - std::pow(optimizer.beta_2, t)) /
                        (1 - std::pow(optimizer.beta_1, t));
            step.rate = rate, penalty_strength = decay * length;
        }
        loss_sum += weight / (2 * length) * backward();
    }

    // Make `order` what RandomState.permutation(n) would be. NumPy has promised never
    // to change what a RandomState draws (NEP 19).
    void shuffle() {
        auto *bitgen = (bitgen_t *)training.bitgen;
        order.resize(training.n_samples);
        std::iota(order.begin(), order.end(), 0);
        for (uint32_t i = training.n_samples - 1, j; i > 0; i--) {
            do
                j = bitgen->next_uint32(bitgen->state) & (std::bit_ceil(i + 1) - 1);
            while (j > i);
            std::swap(order[i], order[j]);
        }
    }

    // Record an epoch, and whether training ends with it.
    void end_epoch() {
        double loss = loss_sum / (training.summed ? 1 : training.total_weight);
        training.losses[training.n_done++] = loss;
        auto finite = [](auto number) { return std::isfinite(number); };
        if (!finite(loss) || !std::all_of(flat, flat + training.n_parameters, finite)) {
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

    // Train until the epochs are over, or handling a signal raises an error.
    void train() {
        ptrdiff_t work = 0;
        while (training.n_done < training.n_epochs && training.ending == DONE) {
            if (training.bitgen)
                shuffle();
            loss_sum = 0;
            for (begin = 0; begin < training.n_samples; begin = end) {
                end = std::min(begin + training.batch_size, training.n_samples);
                weight = 0;
                for (ptrdiff_t i = begin; i < end; i++)
                    weight += weight_of(sample(i));
                for (position = begin; position < end; position += n) {
                    take();
                    if (weight != 0)
                        pass_rows();
                    work += n * training.n_parameters + FIXED_WORK;
                    if (work > SLICE && handle_signals() < 0)
                        throw std::exception();  // Cython raises that of Python
                    work %= SLICE;
                }
            }
            end_epoch();
        }
    }
};

}  // namespace

void BUILD(Training *t) {
    t->is_single ? Loops<float>{*t}.train() : Loops<double>{*t}.train();
}
