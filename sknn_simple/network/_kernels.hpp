// The arithmetic of the compiled engine: products, activations and steps of a layer.
//
// A function that is given a pointer to values of type V works on as many of them as
// V holds, which is one for float and double: every loop runs over whole registers
// first, and over halves, quarters and single numbers at its end.

#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace {

using std::ptrdiff_t;

// Before a loop over registers of which the compiler knows the number.
#if defined(__GNUC__)
#define UNROLLED _Pragma("GCC unroll 32")
#define INLINED __attribute__((always_inline))
#else
#define UNROLLED
#define INLINED
#endif

// Bytes of a register, and how many registers the sums of a product may fill.
#if !defined(__GNUC__)
constexpr int REGISTER = 0, N_SUMS = 12;
#elif defined(__AVX512F__)
constexpr int REGISTER = 64, N_SUMS = 24;
#elif defined(__AVX2__)
constexpr int REGISTER = 32, N_SUMS = 12;
#else
constexpr int REGISTER = 16, N_SUMS = 12;
#endif

// The best build for the processor that this runs on.
inline const char *fastest_build() {
#if defined(__GNUC__) && defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return "avx512";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return "avx2";
#endif
    return "baseline";
}

template <class T> struct Scalar;
template <> struct Scalar<double> {
    using Integer = int64_t;
    static constexpr int MANTISSA = 52, BIAS = 1023;
    static constexpr double ROUNDING = 0x1.8p52, LOWEST = -746, HIGHEST = 710;
    static constexpr double LN2_HIGH = 6.93147180369123816490e-01;
    static constexpr double LN2_LOW = 1.90821492927058770002e-10;
};
template <> struct Scalar<float> {
    using Integer = int32_t;
    static constexpr int MANTISSA = 23, BIAS = 127;
    static constexpr float ROUNDING = 0x1.8p23f, LOWEST = -104, HIGHEST = 89;
    static constexpr float LN2_HIGH = 0.693359375f, LN2_LOW = -2.12194440e-4f;
};

// A register of N numbers. N = 1 is the number itself, for every compiler.
template <class T, int N> struct Register {
#if defined(__GNUC__)
    typedef T type __attribute__((vector_size(N * sizeof(T))));
#endif
};
template <class T> struct Register<T, 1> { typedef T type; };
template <class T, int N> using Vector = typename Register<T, N>::type;
template <class T>
constexpr int WIDTH = REGISTER ? REGISTER / int(sizeof(T)) : 1;

template <class V, class T> INLINED inline V load(const T *from) {
    V x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

template <class V, class T> INLINED inline void store(T *to, V x) {
    std::memcpy(to, &x, sizeof x);
}

template <class To, class V> inline To bits_of(V x) {
    To bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

// Sum of the numbers of a register, half by half.
template <class T, int N> INLINED inline T total(Vector<T, N> x) {
    if constexpr (N == 1) {
        return x;
    } else {
        auto halves = [&]<size_t... I>(std::index_sequence<I...>) INLINED {
            return __builtin_shufflevector(x, x, I...) +
                   __builtin_shufflevector(x, x, (I + N / 2)...);
        };
        if constexpr (N == 2)
            return x[0] + x[1];
        else
            return total<T, N / 2>(halves(std::make_index_sequence<N / 2>{}));
    }
}

// Calls each<N>(j) for j from `start` on: N numbers at a time, then fewer.
template <class T, int N = WIDTH<T>, class Each>
INLINED inline void over(ptrdiff_t start, ptrdiff_t n, Each each) {
    for (; start + N <= n; start += N)
        each.template operator()<N>(start);
    if constexpr (N > 1)
        over<T, N / 2>(start, n, each);
}

// e**x = 2**n * (1 + y) with an integer n; y keeps its digits where x is near 0.
//
// x = n ln 2 + r, and y is the Taylor polynomial of e**r - 1, without a branch. 2**n is
// two factors, so that results may overflow to infinity or underflow to zero.
template <class T, int N> struct Exponential {
    using V = Vector<T, N>;
    using I = Vector<typename Scalar<T>::Integer, N>;
    V y, factor, other;

    explicit Exponential(V x) {
        using S = Scalar<T>;
        x = x > S::HIGHEST ? V{} + S::HIGHEST : x;
        x = x < S::LOWEST ? V{} + S::LOWEST : x;
        // Added to a number this large, x is rounded to an integer in its last bits.
        V n = (x * T(1.4426950408889634) + S::ROUNDING) - S::ROUNDING;
        V half = (n * T(0.5) + S::ROUNDING) - S::ROUNDING;
        V r = (x - n * S::LN2_HIGH) - n * S::LN2_LOW, r2 = r * r, r4 = r2 * r2;
        V p = (T(1) / 2 + r * (T(1) / 6)) + r2 * (T(1) / 24 + r * (T(1) / 120)) +
              r4 * (T(1) / 720 + r * (T(1) / 5040));
        if constexpr (sizeof(T) == 8)
            p += r4 * (r2 * (T(1) / 40320 + r * (T(1) / 362880)) +
                       r4 * ((T(1) / 3628800 + r * (T(1) / 39916800)) +
                             r2 * (T(1) / 479001600 + r * (T(1) / 6227020800))));
        y = r + r2 * p;
        factor = power_of_two(half);
        other = power_of_two(n - half);
    }

    static V power_of_two(V n) {
        using S = Scalar<T>;
        I bits = bits_of<I>(n + S::ROUNDING) + S::BIAS;
        return bits_of<V>(bits << S::MANTISSA);
    }

    V value() const { return (1 + y) * factor * other; }
    V minus_one() const {  // not for results that overflow
        V power = factor * other;
        return power * y + (power - 1);
    }
};

template <int N, class T> inline Vector<T, N> exp(Vector<T, N> x) {
    return Exponential<T, N>(x).value();
}

template <int N, class T> inline Vector<T, N> tanh(Vector<T, N> x) {
    auto e = Exponential<T, N>(x > 0 ? -2 * x : 2 * x).minus_one();
    auto size = -e / (2 + e);
    return x < 0 ? -size : size;
}

// Numbers of the activations, as the registry has them.
enum { IDENTITY, LOGISTIC, TANH, RELU, EXP, SOFTMAX, LEAKY_RELU, SOFTPLUS };

// max(x, 0) + log(1 + exp(-|x|)), in which nothing overflows.
template <int N, class T> inline Vector<T, N> softplus(Vector<T, N> x) {
    Vector<T, N> e = exp<N, T>(x < 0 ? x : -x);
    if constexpr (N == 1)
        e = std::log1p(e);
    else
        UNROLLED for (int n = 0; n < N; n++)
            e[n] = std::log1p(e[n]);
    return (x < 0 ? Vector<T, N>{} : x) + e;
}

// The slope of the leaky relu below 0.
template <class T> constexpr T LEAK = T(0.01);

template <int N, class T>
INLINED inline Vector<T, N> activated(int activation, Vector<T, N> x) {
    if (activation == LOGISTIC)
        return 1 / (1 + exp<N, T>(-x));
    if (activation == TANH)
        return tanh<N, T>(x);
    if (activation == RELU)
        return x < 0 ? Vector<T, N>{} : x;
    if (activation == EXP)
        return exp<N, T>(x);
    if (activation == LEAKY_RELU)
        return x < 0 ? LEAK<T> * x : x;
    if (activation == SOFTPLUS)
        return softplus<N, T>(x);
    return x;
}

// Overwrite n pre-activations with activations.
template <class T> void activate(int activation, T *z, ptrdiff_t n) {
    if (activation != IDENTITY)
        over<T>(0, n, [=]<int N>(ptrdiff_t j) INLINED {
            store(z + j, activated<N, T>(activation, load<Vector<T, N>>(z + j)));
        });
}

// d times the derivative of the activation, from its output a.
template <int N, class T>
INLINED inline Vector<T, N> differentiated(int activation, Vector<T, N> a,
                                           Vector<T, N> d) {
    if (activation == LOGISTIC)
        return d * (a * (1 - a));
    if (activation == TANH)
        return d * (1 - a * a);
    if (activation == RELU)
        return a > 0 ? d : Vector<T, N>{};
    if (activation == LEAKY_RELU)
        return a > 0 ? d : LEAK<T> * d;
    if (activation == SOFTPLUS)  // 1 - exp(-a)
        return d * -Exponential<T, N>(-a).minus_one();
    return d;
}

template <class T> T differentiated_one(int activation, T a, T d) {
    return differentiated<1, T>(activation, a, d);
}

// Multiply n derivatives by those of the activation.
template <class T>
void differentiate(int activation, const T *activations, T *delta, ptrdiff_t n) {
    if (activation == IDENTITY)
        return;
    over<T>(0, n, [=]<int N>(ptrdiff_t j) INLINED {
        auto a = load<Vector<T, N>>(activations + j), d = load<Vector<T, N>>(delta + j);
        store(delta + j, differentiated<N, T>(activation, a, d));
    });
}

// A sum, in a register until the end.
template <class T> struct Sum {
    Vector<T, WIDTH<T>> wide{};
    T rest{};

    template <int N> INLINED void add(Vector<T, N> x) {
        if constexpr (N == WIDTH<T>)
            wide += x;
        else
            rest += total<T, N>(x);
    }
    INLINED T value() const { return total<T, WIDTH<T>>(wide) + rest; }
};

// What becomes of N neighbours of a matrix of sums, from the `at`-th on: they are kept,
template <class T> struct Keep {
    T *out;
    const T *added;  // to each row of `columns` numbers
    ptrdiff_t columns;

    template <int N> INLINED void take(ptrdiff_t i, ptrdiff_t j, Vector<T, N> sum) {
        store(out + i * columns + j, sum + load<Vector<T, N>>(added + j));
    }
};

// or activated,
template <class T> struct Activate : Keep<T> {
    int activation;

    template <int N> INLINED void take(ptrdiff_t i, ptrdiff_t j, Vector<T, N> sum) {
        sum += load<Vector<T, N>>(this->added + j);
        store(this->out + i * this->columns + j, activated<N, T>(activation, sum));
    }
};

// or multiplied by the derivative of an activation,
template <class T> struct Differentiate {
    T *out;
    const T *activations;
    ptrdiff_t columns;
    int activation;

    template <int N> INLINED void take(ptrdiff_t i, ptrdiff_t j, Vector<T, N> sum) {
        auto a = load<Vector<T, N>>(activations + i * columns + j);
        store(out + i * columns + j, differentiated<N, T>(activation, a, sum));
    }
};

// or they are a gradient, and the parameters step along it.
enum { NO_STEP, SGD, MOMENTUM, ADAM };

template <class T> struct Step {
    int kind;
    T rate, momentum, ahead, rate_ahead;  // of SGD: ahead is for Nesterov's form
    T keep_1, take_1, keep_2, take_2, epsilon;  // of Adam
    T strength;  // of the penalty
    T *flat, *first, *second, *gradient;
    double squares;  // of the penalised parameters, before the step
};

template <class T, int KIND> struct Descend {
    T *flat, *first, *second;
    ptrdiff_t columns;
    T strength, rate, momentum, ahead, rate_ahead;
    T keep_1, take_1, keep_2, take_2, epsilon;
    Sum<T> squares;

    Descend(const Step<T> &step, ptrdiff_t at, ptrdiff_t columns, bool penalised)
        : flat(step.flat + at), first(step.first + at), second(step.second + at),
          columns(columns), strength(penalised ? step.strength : 0), rate(step.rate),
          momentum(step.momentum), ahead(step.ahead), rate_ahead(step.rate_ahead),
          keep_1(step.keep_1), take_1(step.take_1), keep_2(step.keep_2),
          take_2(step.take_2), epsilon(step.epsilon) {}

    template <int N> INLINED void take(ptrdiff_t i, ptrdiff_t j, Vector<T, N> g) {
        ptrdiff_t at = i * columns + j;
        auto w = load<Vector<T, N>>(flat + at);
        squares.template add<N>(w * w);
        g += strength * w;
        if constexpr (KIND == SGD) {
            w -= rate * g;
        } else if constexpr (KIND == MOMENTUM) {
            auto v = momentum * load<Vector<T, N>>(first + at) - rate * g;
            store(first + at, v);
            w += ahead * v - rate_ahead * g;
        } else {
            auto m = keep_1 * load<Vector<T, N>>(first + at) + take_1 * g;
            auto v = keep_2 * load<Vector<T, N>>(second + at) +
                     take_2 * g * g;
            store(first + at, m);
            store(second + at, v);
            Vector<T, N> root;
            if constexpr (N == 1)
                root = std::sqrt(v);
            else
                UNROLLED for (int n = 0; n < N; n++)
                    root[n] = std::sqrt(v[n]);
            w -= rate * (m / (root + epsilon));
        }
        store(flat + at, w);
    }
};

// Calls use(descend) with the Descend of this kind of step.
template <class T, class Use>
INLINED inline void descending(Step<T> &step, ptrdiff_t at, ptrdiff_t columns, bool penalised, Use use) {
    auto run = [&](auto &&descend) INLINED {
        use(descend);
        if (descend.strength != 0)
            step.squares += descend.squares.value();
    };
    if (step.kind == SGD)
        run(Descend<T, SGD>(step, at, columns, penalised));
    else if (step.kind == MOMENTUM)
        run(Descend<T, MOMENTUM>(step, at, columns, penalised));
    else
        run(Descend<T, ADAM>(step, at, columns, penalised));
}

// A matrix that may be transposed: element (i, k) is at[i * row + k * column].
template <class T> struct Matrix {
    const T *at;
    ptrdiff_t row, column;
};

// y += factor * x, of n numbers.
template <class T>
void add_multiple(T *y, T factor, const T *x, ptrdiff_t n) {
    over<T>(0, n, [=]<int N>(ptrdiff_t j) INLINED {
        store(y + j, load<Vector<T, N>>(y + j) + factor * load<Vector<T, N>>(x + j));
    });
}

// R rows and C * N columns of A @ B, in registers. Where they are few, U sums each.
template <int R, int C, int N, int U = 1, class T, class Taker>
INLINED inline void tile(Matrix<T> A, const T *B, ptrdiff_t columns, ptrdiff_t n_inner,
                 ptrdiff_t i, ptrdiff_t j, Taker &taker) {
    using V = Vector<T, N>;
    const T *a = A.at + i * A.row, *b = B + j;
    auto add = [&](V(&sums)[R][C], ptrdiff_t k) {
        V below[C];
        UNROLLED for (int c = 0; c < C; c++)
            below[c] = load<V>(b + k * columns + c * N);
        UNROLLED for (int r = 0; r < R; r++)
            UNROLLED for (int c = 0; c < C; c++)
                sums[r][c] += a[r * A.row + k * A.column] * below[c];
    };
    V sums[R][C];
    UNROLLED for (int r = 0; r < R; r++)
        UNROLLED for (int c = 0; c < C; c++)
            sums[r][c] = V{};
    ptrdiff_t k = 0;
    if constexpr (U > 1) {
        if (n_inner >= 2 * U) {
            V parts[U][R][C];
            UNROLLED for (int u = 0; u < U; u++)
                UNROLLED for (int r = 0; r < R; r++)
                    UNROLLED for (int c = 0; c < C; c++)
                        parts[u][r][c] = V{};
            for (; k + U <= n_inner; k += U)
                UNROLLED for (int u = 0; u < U; u++)
                    add(parts[u], k + u);
            UNROLLED for (int u = 0; u < U; u++)
                UNROLLED for (int r = 0; r < R; r++)
                    UNROLLED for (int c = 0; c < C; c++)
                        sums[r][c] += parts[u][r][c];
        }
    }
    for (; k < n_inner; k++)
        add(sums, k);
    auto mine = taker;
    UNROLLED for (int r = 0; r < R; r++)
        UNROLLED for (int c = 0; c < C; c++)
            mine.template take<N>(i + r, j + c * N, sums[r][c]);
    taker = mine;
}

// The rows of A @ B from the i-th on: R at a time, then fewer.
template <int R, class T, class Taker>
void rows_of_product(Matrix<T> A, const T *B, ptrdiff_t rows, ptrdiff_t columns,
                     ptrdiff_t n_inner, ptrdiff_t i, Taker &taker) {
    constexpr int C = N_SUMS / R < 8 ? N_SUMS / R : 8, N = WIDTH<T>;
    constexpr int U = R > 4 ? 1 : 8 / R;
    for (; i + R <= rows; i += R) {
        ptrdiff_t j = 0;
        for (; j + C * N <= columns; j += C * N)
            tile<R, C, N>(A, B, columns, n_inner, i, j, taker);
        over<T>(j, columns, [&]<int M>(ptrdiff_t j) INLINED {
            tile<R, 1, M, U>(A, B, columns, n_inner, i, j, taker);
        });
    }
    if constexpr (R > 1)
        if (i < rows)
            rows_of_product<R / 2>(A, B, rows, columns, n_inner, i, taker);
}

// A @ B, of which `taker` gets the sums. SMALL products are not worth a call.
inline bool is_small(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t n_inner) {
    return rows * columns * n_inner <= 64;
}

template <class T, class Taker>
INLINED inline void small_product(Matrix<T> A, const T *B, ptrdiff_t rows,
                                  ptrdiff_t columns, ptrdiff_t n_inner, Taker &taker) {
    for (ptrdiff_t i = 0; i < rows; i++)
        over<T>(0, columns, [&]<int N>(ptrdiff_t j) INLINED {
            tile<1, 1, N>(A, B, columns, n_inner, i, j, taker);
        });
}

template <class T, class Taker>
INLINED inline void product(Matrix<T> A, const T *B, ptrdiff_t rows, ptrdiff_t columns,
                            ptrdiff_t n_inner, Taker &taker) {
    if (is_small(rows, columns, n_inner))
        small_product(A, B, rows, columns, n_inner, taker);
    else if (rows == 1)
        rows_of_product<1>(A, B, rows, columns, n_inner, 0, taker);
    else
        rows_of_product<N_SUMS / 3>(A, B, rows, columns, n_inner, 0, taker);
}

// out = activation(A @ B + added), where A has n_inner columns.
template <class T>
void product_and_activation(const T *A, const T *B, const T *added, ptrdiff_t rows,
                            ptrdiff_t columns, ptrdiff_t n_inner, T *out,
                            int activation) {
    Matrix<T> matrix{A, n_inner, 1};
    if (is_small(rows, columns, n_inner)) {
        Activate<T> taker{out, added, columns, activation};
        small_product(matrix, B, rows, columns, n_inner, taker);
    } else {
        Keep<T> keep{out, added, columns};
        product(matrix, B, rows, columns, n_inner, keep);
        activate(activation, out, rows * columns);
    }
}

// out = A @ B * activation'(activations).
template <class T>
void product_and_derivative(const T *A, const T *B, const T *activations,
                            ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t n_inner,
                            T *out, int activation) {
    Differentiate<T> taker{out, activations, columns, activation};
    product(Matrix<T>{A, n_inner, 1}, B, rows, columns, n_inner, taker);
}

// Step along below.T @ delta, the gradient of the coef that is the `at`-th parameter.
template <class T>
void step_along_product(Step<T> &step, ptrdiff_t at, const T *below, const T *delta,
                        ptrdiff_t n_rows, ptrdiff_t fan_in, ptrdiff_t fan_out) {
    descending(step, at, fan_out, true, [&](auto &descend) INLINED {
        product(Matrix<T>{below, 1, fan_in}, delta, fan_in, fan_out, n_rows, descend);
    });
}

// The same for one sample; if `delta_below` is given, it becomes the delta of `below`.
template <class T>
void step_along_outer(Step<T> &step, ptrdiff_t at, const T *below, const T *delta,
                      ptrdiff_t fan_in, ptrdiff_t fan_out, int activation,
                      T *delta_below) {
    const T *coef = step.flat + at;
    descending(step, at, fan_out, true, [&](auto &descend) INLINED {
        for (ptrdiff_t i = 0; i < fan_in; i++) {
            Sum<T> sum;
            over<T>(0, fan_out, [&]<int N>(ptrdiff_t j) INLINED {
                auto d = load<Vector<T, N>>(delta + j);
                if (delta_below)
                    sum.template add<N>(load<Vector<T, N>>(coef + i * fan_out + j) * d);
                descend.template take<N>(i, j, below[i] * d);
            });
            if (delta_below)
                delta_below[i] = differentiated<1, T>(activation, below[i], sum.value());
        }
    });
}

// Step along n derivatives, by the parameters from the `at`-th on.
template <class T>
void step_along(Step<T> &step, ptrdiff_t at, const T *gradient, ptrdiff_t n,
                bool penalised) {
    descending(step, at, n, penalised, [&](auto &descend) INLINED {
        over<T>(0, n, [&]<int N>(ptrdiff_t j) INLINED {
            descend.template take<N>(0, j, load<Vector<T, N>>(gradient + j));
        });
    });
}

}  // namespace
