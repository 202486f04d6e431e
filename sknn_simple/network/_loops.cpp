// The passes and epochs of the compiled engine, in the order of backprop.py and
// training.py. Built once for each set of instructions, as the `Build` of that name.

#include <cstdint>

#include "numpy/random/bitgen.h"

#include "compiled.h"  // what compiled.pyx hands over

#include <algorithm>
#include <new>

#include "_kernels.hpp"

namespace {

// Products with more multiplications than this are left to BLAS.
constexpr ptrdiff_t LARGE = 1 << 13;
// Work between two looks for Ctrl-C, some 10 ms, and what each minibatch adds to it.
constexpr ptrdiff_t UNSEEN_WORK = 1 << 24, FIXED_WORK = 1024;
constexpr std::align_val_t LINE{64};  // of the cache

// Rows that pass through the network together.
template <class T> struct Rows {
    ptrdiff_t n;
    const T *X, *Y, *weights;
    const ptrdiff_t *order;  // their numbers among the samples; NULL: from `start` on
    ptrdiff_t start;

    ptrdiff_t number(ptrdiff_t i) const { return order ? order[i] : start + i; }
};

template <class T> struct Passes {
    Training &training;
    const Network &network;
    const CSamples &samples;
    const Layer *layers, &last;
    Step<T> step;
    ptrdiff_t work = 0;
    double squares = 0;  // of the penalised parameters
    T *memory;
    T *X, *Y, *weights;  // of shuffled rows
    T *activations, *deltas, *gradient;

    explicit Passes(Training &training)
        : training(training), network(training.network), samples(training.samples),
          layers(network.layers), last(layers[network.n_layers - 1]) {
        ptrdiff_t n = training.n_rows, n_units = n * (last.units + last.fan_out);
        ptrdiff_t size = 0, begins[6], lengths[] = {
            samples.X ? n * layers[0].fan_in : 0, n * last.fan_out, n, n_units, n_units,
            network.n_parameters};
        for (int i = 0; i < 6; size += (lengths[i] + 15) / 16 * 16, i++)
            begins[i] = size;
        memory = (T *)::operator new(size * sizeof(T), LINE);
        X = memory, Y = memory + begins[1], weights = memory + begins[2];
        activations = memory + begins[3], deltas = memory + begins[4];
        gradient = memory + begins[5];
        step.flat = (T *)training.optimizer.flat;
    }
    Passes(const Passes &) = delete;
    ~Passes() { ::operator delete(memory, LINE); }

    // out += A @ B, of shapes (n, m) and (m, k), where A may be transposed.
    void add_product(bool transpose_a, ptrdiff_t n, ptrdiff_t k, ptrdiff_t m, const T *A,
                     const T *B, T *out) const {
        if (n * m * k > LARGE) {
            gemm(transpose_a, false, n, k, m, A, B, 1, out);
            return;
        }
        Matrix<T> matrix{A, transpose_a ? 1 : m, transpose_a ? n : 1};
        product(matrix, B, n, k, m, [=](ptrdiff_t i, ptrdiff_t j, auto sum) INLINED {
            store(out + i * k + j, load<decltype(sum)>(out + i * k + j) + sum);
        });
    }

    // out = A @ B + beta * out, by BLAS. It stores columns: to it these are the
    // transposed matrices, in other order.
    void gemm(bool transpose_a, bool transpose_b, ptrdiff_t n, ptrdiff_t k, ptrdiff_t m,
              const T *A, const T *B, T beta, T *out) const {
        int rows = n, columns = k, inner = m;
        int row_a = transpose_a ? n : m, row_b = transpose_b ? m : k;
        char a = transpose_a ? 'T' : 'N', b = transpose_b ? 'T' : 'N';
        T one = 1;
        using Gemm = void(char *, char *, int *, int *, int *, T *, const T *, int *,
                          const T *, int *, T *, T *, int *);
        ((Gemm *)(sizeof(T) == 8 ? training.dgemm : training.sgemm))(
            &b, &a, &columns, &rows, &inner, &one, B, &row_b, A, &row_a, &beta, out,
            &columns);
    }

    // Call use(i, value, column) for each stored number of sparse rows.
    template <class Use> void each_stored(const Rows<T> &rows, Use use) const {
        for (ptrdiff_t i = 0; i < rows.n; i++) {
            ptrdiff_t row = rows.number(i);
            for (ptrdiff_t at = samples.indptr[row]; at < samples.indptr[row + 1]; at++)
                use(i, ((const T *)samples.data)[at], samples.indices[at]);
        }
    }

    // Write the activations of each layer; the last are the raw prediction.
    void forward(const Rows<T> &rows) {
        const T *below = rows.X;
        ptrdiff_t n = rows.n;
        for (ptrdiff_t i = 0; i < network.n_layers; i++) {
            const Layer &layer = layers[i];
            ptrdiff_t k = layer.fan_out;
            const T *coef = step.flat + layer.coef;
            T *Z = activations + n * layer.units;
            const T *intercept = network.fit_intercept ? step.flat + layer.intercept : 0;
            for (ptrdiff_t row = 0; row < n; row++)
                copy(intercept, k, Z + row * k);
            if (below)
                add_product(false, n, k, layer.fan_in, below, coef, Z);
            else
                each_stored(rows, [=](ptrdiff_t row, T x, ptrdiff_t column) {
                    add_multiple(Z + row * k, x, coef + column * k, k);
                });
            activate(layer.activation, Z, n * k);
            below = Z;
        }
    }

    // Sum of w_i * loss_i, where of(z, y, factor, d) returns the loss of an output, and
    // replaces d by its derivative times factor.
    template <class Of> double over_outputs(const Rows<T> &rows, T scale, Of of) {
        ptrdiff_t k = last.fan_out;
        const T *z = activations + rows.n * last.units, *y = rows.Y;
        T *d = deltas + rows.n * last.units;
        double value = 0;
        for (ptrdiff_t i = 0; i < rows.n; i++) {
            T weight = rows.weights ? rows.weights[i] : 1;
            double row = 0;
            for (ptrdiff_t j = i * k; j < i * k + k; j++)
                row += of(z[j], y[j], scale * weight, d[j]);
            value += weight * row;
        }
        return value;
    }

    // Sum of w_i * loss_i; the last of the deltas become its derivative, times `scale`.
    double loss_and_delta(const Rows<T> &rows, T scale) {
        ptrdiff_t size = rows.n * last.fan_out;
        T *raw = activations + rows.n * last.units, *delta = deltas + rows.n * last.units;
        int activation = last.activation;
        T option = network.loss_option, rest = 1 - network.loss_option;
        switch (network.loss) {
        case SQUARED_ERROR:
            return over_outputs(rows, scale, [=](T a, T y, T by, T &d) INLINED {
                d = differentiated<T>(activation, a, by * (a - y));
                return 0.5 * (a - y) * (a - y);
            });
        case ABSOLUTE_ERROR:
            return over_outputs(rows, scale, [=](T a, T y, T by, T &d) INLINED {
                T sign = a > y ? T(1) : a < y ? T(-1) : a - y;
                d = differentiated<T>(activation, a, by * sign);
                return std::fabs(a - y);
            });
        case QUANTILE:
            return over_outputs(rows, scale, [=](T a, T y, T by, T &d) INLINED {
                T slope = a > y ? rest : a < y ? -option : T(0);
                d = differentiated<T>(activation, a, by * slope);
                return slope * (a - y);
            });
        case HUBER:
            return over_outputs(rows, scale, [=](T a, T y, T by, T &d) INLINED {
                T slope = std::max(-option, std::min(a - y, option));
                d = differentiated<T>(activation, a, by * slope);
                return slope * (a - y - T(0.5) * slope);
            });
        case POISSON:
            copy(raw, size, delta);
            activate(EXP, delta, size);
            return over_outputs(rows, scale, [](T z, T y, T by, T &d) INLINED {
                double loss = (y > 0 ? y * std::log(y) : 0) - y * z - y + d;
                d = by * (d - y);
                return loss;
            });
        case BINARY_LOG_LOSS:
            for (ptrdiff_t i = 0; i < size; i++)
                delta[i] = -std::fabs(raw[i]);
            activate(EXP, delta, size);
            return over_outputs(rows, scale, [](T z, T y, T by, T &d) INLINED {
                double loss = std::max(z, T(0)) - y * z + std::log1p(d);
                d = by * ((z >= 0 ? 1 : d) / (1 + d) - y);
                return loss;
            });
        default:
            return softmax_log_loss(rows, scale, raw, delta, last.fan_out);
        }
    }

    double softmax_log_loss(const Rows<T> &rows, T scale, T *raw, T *delta, ptrdiff_t k) {
        for (ptrdiff_t i = 0; i < rows.n; i++) {
            T *row = raw + i * k, largest = *std::max_element(row, row + k);
            for (ptrdiff_t j = 0; j < k; j++)
                delta[i * k + j] = row[j] -= largest;
        }
        activate(EXP, delta, rows.n * k);
        double value = 0;
        for (ptrdiff_t i = 0; i < rows.n; i++, raw += k, delta += k) {
            const T *y = rows.Y + i * k;
            T weight = rows.weights ? rows.weights[i] : 1;
            double total = 0, raw_of_class = 0;
            for (ptrdiff_t j = 0; j < k; j++) {
                total += delta[j];
                raw_of_class += y[j] * raw[j];
            }
            for (ptrdiff_t j = 0; j < k; j++)
                delta[j] = scale * weight * (delta[j] / T(total) - y[j]);
            value += weight * (std::log(total) - raw_of_class);
        }
        return value;
    }

    // Write the delta of the layer below.
    void backward_to(const Layer &layer, ptrdiff_t n, const T *below, T *delta_below) {
        ptrdiff_t fan_in = layer.fan_in, k = layer.fan_out;
        const T *delta = deltas + n * layer.units, *coef = step.flat + layer.coef;
        if (n * fan_in * k > LARGE)
            gemm(false, true, n, fan_in, k, delta, coef, 0, delta_below);
        else if (k == 1)
            product(Matrix<T>{delta, 1, 1}, coef, n, fan_in, 1,
                    [=](ptrdiff_t i, ptrdiff_t h, auto d) INLINED {
                        store(delta_below + i * fan_in + h, d);
                    });
        else
            for (ptrdiff_t i = 0; i < n; i++)
                for (ptrdiff_t h = 0; h < fan_in; h++) {
                    Sum<T> sum;
                    over<T>(0, k, [&](ptrdiff_t j, auto d) INLINED {
                        d = load<decltype(d)>(delta + i * k + j);
                        sum.add(d * load<decltype(d)>(coef + h * k + j));
                    });
                    delta_below[i * fan_in + h] = sum.value();
                }
        differentiate((&layer - 1)->activation, below, delta_below, n * fan_in);
    }

    // Step along each layer's gradient at once, or write it, or add to it. A small one
    // goes from registers into the step and is never stored.
    void backward(const Rows<T> &rows, bool accumulate, bool at_once) {
        ptrdiff_t n = rows.n;
        for (ptrdiff_t i = network.n_layers - 1; i >= 0; i--) {
            const Layer &layer = layers[i];
            ptrdiff_t fan_in = layer.fan_in, k = layer.fan_out;
            ptrdiff_t units_below = layer.units - fan_in;
            const T *delta = deltas + n * layer.units;
            const T *below = i > 0 ? activations + n * units_below : rows.X;
            T *to = gradient + layer.coef;
            if (i > 0)
                backward_to(layer, n, below, deltas + n * units_below);
            if (at_once && below && n * fan_in * k <= LARGE) {
                step_along(true, [&](Step<T> &step) INLINED {
                    auto user = [&](ptrdiff_t h, ptrdiff_t j, auto sum) INLINED {
                        step(layer.coef + h * k + j, sum);
                    };
                    product(Matrix<T>{below, 1, fan_in}, delta, fan_in, k, n, user);
                });
            } else {
                if (!accumulate)
                    copy<T>(nullptr, fan_in * k, to);
                if (below)
                    add_product(true, fan_in, k, n, below, delta, to);
                else
                    each_stored(rows, [=](ptrdiff_t row, T x, ptrdiff_t column) {
                        add_multiple(to + column * k, x, delta + row * k, k);
                    });
                if (at_once)
                    step_along(layer.coef, to, fan_in * k, true);
            }
            if (!network.fit_intercept)
                continue;
            to = gradient + layer.intercept;
            if (!accumulate)
                copy<T>(nullptr, k, to);
            T one = 1;  // times each row of delta
            product(Matrix<T>{&one, 0, 0}, delta, 1, k, n,
                    [=](ptrdiff_t, ptrdiff_t j, auto sum) INLINED {
                        store(to + j, load<decltype(sum)>(to + j) + sum);
                    });
            if (at_once)
                step_along(layer.intercept, to, k, false);
        }
    }

    // Call use(step) with a step that stays in registers.
    template <class Use> INLINED void step_along(bool penalised, Use use) {
        Step<T> local = step;
        local.strength = penalised ? step.strength : 0;
        use(local);
        if (local.strength != 0)
            squares += local.squares.value();
    }

    // Step along n derivatives, by the parameters from the `at`-th on.
    void step_along(ptrdiff_t at, const T *gradient, ptrdiff_t n, bool penalised) {
        step_along(penalised, [=](Step<T> &step) INLINED {
            over<T>(0, n, [&](ptrdiff_t j, auto g) INLINED {
                step(at + j, load<decltype(g)>(gradient + j));
            });
        });
    }

    // n samples from `start` on: in place if they are in order or one, else gathered.
    Rows<T> take(ptrdiff_t start, ptrdiff_t n) {
        const ptrdiff_t *order = training.epochs.order;
        Rows<T> rows{n, nullptr, nullptr, nullptr, order ? order + start : order, start};
        auto part = [&](const void *from, T *to, ptrdiff_t width) -> const T * {
            if (!from || !order || n == 1)
                return from ? (const T *)from + rows.number(0) * width : nullptr;
            for (ptrdiff_t i = 0; i < n; i++)
                copy((const T *)from + rows.number(i) * width, width, to + i * width);
            return to;
        };
        rows.X = part(samples.X, X, layers[0].fan_in);
        rows.Y = part(samples.Y, Y, last.fan_out);
        rows.weights = part(samples.weights, weights, 1);
        return rows;
    }

    // Whether Ctrl-C was heard, after some more work.
    bool ends_early(ptrdiff_t more_work, bool may_look) {
        work += more_work;
        if (may_look && work > UNSEEN_WORK) {
            work = 0;
            if (training.must_end(training.door))
                training.epochs.ending = INTERRUPTED;
        }
        return training.epochs.ending == INTERRUPTED;
    }

    // Sum of the losses of n samples, a block of rows at a time; steps along the
    // gradient of scale times it.
    double train_minibatch(ptrdiff_t start, ptrdiff_t n, double scale) {
        bool steps = step.kind != NO_STEP, at_once = steps && n <= training.n_rows;
        double value = 0;
        for (ptrdiff_t done = 0; done < n; done += training.n_rows) {
            Rows<T> rows = take(start + done, std::min(training.n_rows, n - done));
            forward(rows);
            value += loss_and_delta(rows, T(scale / network.averaged_over));
            backward(rows, done > 0, at_once);
            if (ends_early(rows.n * network.n_parameters + FIXED_WORK,
                           training.epochs.looks))
                return 0;
        }
        if (steps && !at_once) {
            ptrdiff_t n_coefs = network.n_coefs;
            step_along(0, gradient, n_coefs, true);
            step_along(n_coefs, gradient + n_coefs, network.n_parameters - n_coefs, false);
        }
        return value / network.averaged_over;
    }

    // One pass over the samples; returns its mean loss.
    double train_epoch(double rate) {
        Optimizer &optimizer = training.optimizer;
        const ptrdiff_t *order = training.epochs.order;
        double W = samples.total_weight, loss_sum = 0, penalty_sum = 0;
        ptrdiff_t n = 0;
        for (ptrdiff_t start = 0; start < samples.n; start += n) {
            n = std::min(training.epochs.batch_size, samples.n - start);
            double weight = samples.weights ? 0 : n;
            for (ptrdiff_t i = start; samples.weights && i < start + n; i++)
                weight += ((const T *)samples.weights)[order ? order[i] : i];
            if (weight == 0)
                continue;
            if (step.kind == ADAM) {
                double n_steps = ++optimizer.n_steps;
                step.rate = rate * std::sqrt(1 - std::pow(optimizer.beta_2, n_steps)) /
                            (1 - std::pow(optimizer.beta_1, n_steps));
            }
            squares = 0;
            // Steps along a sum are as many times longer as there are rows.
            double length = network.summed ? n * W / samples.n : 1;
            step.strength = optimizer.alpha / W * length;
            loss_sum += train_minibatch(start, n, length * samples.n / (n * W));
            penalty_sum += weight * 0.5 * optimizer.alpha / W * squares;
            if (training.epochs.ending == INTERRUPTED)
                return 0;
        }
        return (loss_sum + penalty_sum) / (network.summed ? 1 : W);
    }

    // Make `order` what RandomState.permutation(n) would be. NumPy has promised never
    // to change what a RandomState draws (NEP 19).
    void shuffle() {
        ptrdiff_t *order = training.epochs.order, n = samples.n;
        bitgen_t *bitgen = training.epochs.bitgen;
        for (ptrdiff_t i = 0; i < n; i++)
            order[i] = i;
        uint32_t mask = 1, j;
        while (mask < n - 1)
            mask = 2 * mask + 1;
        for (ptrdiff_t i = n - 1; i > 0; i--) {
            if (i == mask >> 1)
                mask >>= 1;
            do
                j = bitgen->next_uint32(bitgen->state) & mask;
            while (j > i);
            std::swap(order[i], order[j]);
        }
    }

    // Take over the state at the end of an epoch, or say how training ends.
    void end_epoch(double loss) {
        Epochs &epochs = training.epochs;
        bool finite = std::isfinite(loss);
        for (ptrdiff_t i = 0; i < network.n_parameters; i++)
            finite &= std::fabs(step.flat[i]) < INFINITY;
        epochs.losses[epochs.n_done] = loss;
        if (!finite) {
            epochs.ending = NOT_FINITE;
            return;
        }
        if (T *average = (T *)epochs.average) {
            T weight = T(4) / (++epochs.n_averaged + 3);
            for (ptrdiff_t i = 0; i < network.n_parameters; i++)
                average[i] += weight * (step.flat[i] - average[i]);
        }
        epochs.count = loss < epochs.best - epochs.tol ? 0 : epochs.count + 1;
        epochs.best = std::min(epochs.best, loss);
        if (epochs.count >= epochs.wait)
            epochs.ending = PATIENCE_RAN_OUT;
    }

    void train() {
        const Optimizer &options = training.optimizer;
        Epochs &epochs = training.epochs;
        step.kind = options.kind;
        step.first = (T *)options.first, step.second = (T *)options.second;
        step.momentum = options.momentum;
        step.ahead = options.nesterovs_momentum ? step.momentum : 1;
        step.keep_1 = options.beta_1, step.take_1 = 1 - options.beta_1;
        step.keep_2 = options.beta_2, step.take_2 = 1 - options.beta_2;
        step.epsilon = options.epsilon;
        for (; epochs.n_done < epochs.n && epochs.ending == DONE; epochs.n_done++) {
            if (epochs.n_done > 0 && ends_early(0, true))
                return;
            if (epochs.bitgen)
                shuffle();
            step.rate = epochs.rates[epochs.n_done];
            step.rate_ahead = options.nesterovs_momentum ? step.rate : 0;
            double loss = train_epoch(epochs.rates[epochs.n_done]);
            if (epochs.ending == INTERRUPTED)
                return;
            end_epoch(loss);
        }
    }

    double loss_and_gradient() {
        gradient = (T *)training.out;
        double divisor = network.summed ? 1 : samples.total_weight;
        double loss = train_minibatch(0, samples.n, 1 / divisor);
        double strength = training.optimizer.alpha / divisor;
        for (ptrdiff_t i = 0; strength != 0 && i < network.n_coefs; i++) {
            gradient[i] += T(strength) * step.flat[i];
            squares += step.flat[i] * step.flat[i];
        }
        return loss / divisor + 0.5 * strength * squares;
    }

    void predict() {
        T *raw_prediction = (T *)training.out;
        for (ptrdiff_t start = 0; start < samples.n; start += training.n_rows) {
            Rows<T> rows = take(start, std::min(training.n_rows, samples.n - start));
            forward(rows);
            copy(activations + rows.n * last.units, rows.n * last.fan_out,
                 raw_prediction + start * last.fan_out);
            if (ends_early(rows.n * network.n_parameters + FIXED_WORK, true))
                return;
        }
    }
};

template <class T> constexpr Loops loops() {
    return {
        [](Training *training) { Passes<T>(*training).train(); },
        [](Training *training) { return Passes<T>(*training).loss_and_gradient(); },
        [](Training *training) { Passes<T>(*training).predict(); },
    };
}

}  // namespace

#define NAME_OF(build) #build
#define QUOTED(build) NAME_OF(build)
extern const Build BUILD;
const Build BUILD{QUOTED(BUILD), loops<double>(), loops<float>()};
