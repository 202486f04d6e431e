// The arithmetic of the compiled engine: activations, products and steps.
//
// Loops run over whole registers first, then over halves, quarters and single numbers.

#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

using std::ptrdiff_t;

#if defined(__GNUC__)
#define UNROLLED _Pragma("GCC unroll 32")  // the compiler knows how often
#define INLINED __attribute__((always_inline))
#else
#define UNROLLED
#define INLINED
#endif

#if !defined(__GNUC__)
constexpr int REGISTER = 0;  // bytes
#elif defined(__AVX512F__)
constexpr int REGISTER = 64;
#elif defined(__AVX2__)
constexpr int REGISTER = 32;
#else
constexpr int REGISTER = 16;
#endif

// A register of N numbers; a single number is itself, for every compiler.
template <class T, int N> struct Register {
#if defined(__GNUC__)
    typedef T type __attribute__((vector_size(N * sizeof(T))));
#endif
};
template <class T> struct Register<T, 1> { typedef T type; };
template <class T, int N> using Vector = typename Register<T, N>::type;
template <class T> constexpr int WIDTH = REGISTER ? REGISTER / int(sizeof(T)) : 1;

template <class V, class T> INLINED inline V load(const T *from) {
    V x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

template <class T, class V> INLINED inline void store(T *to, V x) {
    std::memcpy(to, &x, sizeof x);
}

// Call each(j, V{}) for j from `start` on, where V is the register for numbers from j.
template <class T, int N = WIDTH<T>, class Each>
INLINED inline void over(ptrdiff_t start, ptrdiff_t n, Each each) {
    for (; start + N <= n; start += N)
        each(start, Vector<T, N>{});
    if constexpr (N > 1)
        over<T, N / 2>(start, n, each);
}

// A sum, in a register until the end.
template <class T> struct Sum {
    Vector<T, WIDTH<T>> wide{};
    T rest{};

    template <class V> INLINED void add(V x) {
        if constexpr (sizeof x == sizeof wide)
            wide += x;
        else
            for (int i = 0; i < int(sizeof x / sizeof rest); i++)
                rest += load<T>((T *)&x + i);
    }
    INLINED T value() const {
        T sum = rest;
        UNROLLED for (int i = 0; i < WIDTH<T>; i++)
            sum += load<T>((T *)&wide + i);
        return sum;
    }
};

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

// e**x = 2**n * (1 + y) with an integer n; y keeps its digits where x is near 0.
//
// x = n ln 2 + r, and y is the Taylor polynomial of e**r - 1, without a branch. 2**n is
// two factors, so that results may overflow to infinity or underflow to zero.
template <class T, class V> struct Exponential {
    using S = Scalar<T>;
    V y, factor, other;

    INLINED explicit Exponential(V x) {
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

    INLINED static V power_of_two(V n) {
        using I = Vector<typename S::Integer, sizeof(V) / sizeof(T)>;
        n += S::ROUNDING;
        I bits = (load<I>(&n) + S::BIAS) << S::MANTISSA;
        return load<V>(&bits);
    }

    INLINED V value() const { return (1 + y) * factor * other; }
    INLINED V minus_one() const {  // not for results that overflow
        V power = factor * other;
        return power * y + (power - 1);
    }
};

// The slope of the leaky relu below 0.
template <class T> constexpr T LEAK = T(0.01);

template <class T, class V> INLINED inline V activated(int activation, V x) {
    switch (activation) {
    case LOGISTIC:
        return 1 / (1 + Exponential<T, V>(-x).value());
    case TANH: {
        V e = Exponential<T, V>(x > 0 ? -2 * x : 2 * x).minus_one(), size = -e / (2 + e);
        return x < 0 ? -size : size;
    }
    case RELU:
        return x < 0 ? V{} : x;
    case EXP:
        return Exponential<T, V>(x).value();
    case LEAKY_RELU:
        return x < 0 ? LEAK<T> * x : x;
    case SOFTPLUS: {  // max(x, 0) + log(1 + exp(-|x|)), in which nothing overflows
        T logs[sizeof(V) / sizeof(T)];
        store(logs, Exponential<T, V>(x < 0 ? x : -x).value());
        for (T &log : logs)
            log = std::log1p(log);
        return (x < 0 ? V{} : x) + load<V>(logs);
    }
    default:
        return x;
    }
}

// d times the derivative of the activation, from its output a.
template <class T, class V> INLINED inline V differentiated(int activation, V a, V d) {
    switch (activation) {
    case LOGISTIC:
        return d * (a * (1 - a));
    case TANH:
        return d * (1 - a * a);
    case RELU:
        return a > 0 ? d : V{};
    case LEAKY_RELU:
        return a > 0 ? d : LEAK<T> * d;
    case SOFTPLUS:  // 1 - exp(-a)
        return d * -Exponential<T, V>(-a).minus_one();
    default:
        return d;
    }
}

// Overwrite n pre-activations with activations.
template <class T> void activate(int activation, T *z, ptrdiff_t n) {
    if (activation != IDENTITY)
        over<T>(0, n, [=](ptrdiff_t j, auto x) INLINED {
            x = load<decltype(x)>(z + j);
            store(z + j, activated<T>(activation, x));
        });
}

// Multiply n derivatives by those of the activation.
template <class T>
void differentiate(int activation, const T *activations, T *delta, ptrdiff_t n) {
    if (activation != IDENTITY)
        over<T>(0, n, [=](ptrdiff_t j, auto d) INLINED {
            d = load<decltype(d)>(delta + j);
            auto a = load<decltype(d)>(activations + j);
            store(delta + j, differentiated<T>(activation, a, d));
        });
}

// Copy n numbers, or write zeros if `from` is NULL.
template <class T> INLINED inline void copy(const T *from, ptrdiff_t n, T *to) {
    over<T>(0, n, [=](ptrdiff_t j, auto zero) INLINED {
        store(to + j, from ? load<decltype(zero)>(from + j) : zero);
    });
}

// y += factor * x, of n numbers.
template <class T> void add_multiple(T *y, T factor, const T *x, ptrdiff_t n) {
    over<T>(0, n, [=](ptrdiff_t j, auto sum) INLINED {
        sum = load<decltype(sum)>(y + j);
        store(y + j, sum + factor * load<decltype(sum)>(x + j));
    });
}

// A matrix that may be transposed: element (i, k) is at[i * row + k * column].
template <class T> struct Matrix {
    const T *at;
    ptrdiff_t row, column;
};

// C registers of row i of A @ B, from column j on, each as U sums side by side.
template <class V, int C, int U, class T, class User>
INLINED inline void tile(Matrix<T> A, const T *B, ptrdiff_t columns, ptrdiff_t n_inner,
                         ptrdiff_t i, ptrdiff_t j, User &user) {
    constexpr int N = sizeof(V) / sizeof(T);
    const T *a = A.at + i * A.row, *b = B + j;
    V sums[U][C] = {};
    ptrdiff_t k = 0;
    for (; k + U <= n_inner; k += U)
        UNROLLED for (int u = 0; u < U; u++)
            UNROLLED for (int c = 0; c < C; c++)
                sums[u][c] += a[(k + u) * A.column] *
                              load<V>(b + (k + u) * columns + c * N);
    for (; U > 1 && k < n_inner; k++)
        UNROLLED for (int c = 0; c < C; c++)
            sums[0][c] += a[k * A.column] * load<V>(b + k * columns + c * N);
    UNROLLED for (int c = 0; c < C; c++) {
        UNROLLED for (int u = 1; u < U; u++)
            sums[0][c] += sums[u][c];
        user(i, j + c * N, sums[0][c]);
    }
}

// The columns of row i of A @ B from the j-th on: C registers at a time, then fewer.
template <int C, class T, class User>
INLINED inline void row_of_product(Matrix<T> A, const T *B, ptrdiff_t columns,
                                   ptrdiff_t n_inner, ptrdiff_t i, ptrdiff_t j,
                                   User &user) {
    using V = Vector<T, WIDTH<T>>;
    if constexpr (C > 1) {
        for (; j + C * WIDTH<T> <= columns; j += C * WIDTH<T>)
            tile<V, C, C < 4 ? 2 : 1>(A, B, columns, n_inner, i, j, user);
        row_of_product<C / 2>(A, B, columns, n_inner, i, j, user);
    } else {
        over<T>(j, columns, [&](ptrdiff_t j, auto zero) INLINED {
            tile<decltype(zero), 1, 4>(A, B, columns, n_inner, i, j, user);
        });
    }
}

// Products of at most this many multiplications take the shortest way.
constexpr ptrdiff_t SMALL = 64;

// A @ B, the sums of which go to user(row, column, sums of neighbours).
template <class T, class User>
INLINED inline void product(Matrix<T> A, const T *B, ptrdiff_t rows, ptrdiff_t columns,
                            ptrdiff_t n_inner, User user) {
    for (ptrdiff_t i = 0; i < rows; i++)
        if (rows * columns * n_inner > SMALL)
            row_of_product<8>(A, B, columns, n_inner, i, 0, user);
        else
            over<T>(0, columns, [&](ptrdiff_t j, auto zero) INLINED {
                tile<decltype(zero), 1, 1>(A, B, columns, n_inner, i, j, user);
            });
}

// Steps of an optimizer along a gradient g, at the j-th of the parameters. Loops work on
// a copy, of which the compiler knows that nothing else writes to it.
template <class T> struct Step {
    int kind = NO_STEP;
    T rate, strength;                  // of the penalty
    T momentum, ahead, rate_ahead;     // of SGD: ahead is for Nesterov's form
    T keep_1, take_1, keep_2, take_2, epsilon;  // of Adam
    T *flat, *first, *second;
    Sum<T> squares{};  // of the penalised parameters, before the step

    template <class V> INLINED void operator()(ptrdiff_t j, V g) {
        V w = load<V>(flat + j);
        squares.add(w * w);
        g += strength * w;
        if (kind == SGD) {
            w -= rate * g;
        } else if (kind == MOMENTUM) {
            V v = momentum * load<V>(first + j) - rate * g;
            store(first + j, v);
            w += ahead * v - rate_ahead * g;
        } else {
            V m = keep_1 * load<V>(first + j) + take_1 * g;
            V v = keep_2 * load<V>(second + j) + take_2 * g * g;
            store(first + j, m);
            store(second + j, v);
            T roots[sizeof(V) / sizeof(T)];
            store(roots, v);
            UNROLLED for (T &root : roots)
                root = std::sqrt(root);
            w -= rate * (m / (load<V>(roots) + epsilon));
        }
        store(flat + j, w);
    }
};

}  // namespace
