// The arithmetic of the compiled engine: activations, products and steps.
//
// Loops run over whole registers first, then over halves, quarters and single numbers.
// setup.py sets REGISTER to the bytes of a register, or to 0 for single numbers.

#include <stddef.h>
#include <stdint.h>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace {

// A register of N numbers; a single number is itself, for every compiler.
template <class T, int N> struct Register;
template <class T> struct Register<T, 1> { typedef T type; };

#if defined(__GNUC__)
#define UNROLLED _Pragma("GCC unroll 32")  // the compiler knows how often
#define INLINED __attribute__((always_inline))
template <class T, int N> struct Register {
    typedef T type __attribute__((vector_size(N * sizeof(T))));
};
#else
#define UNROLLED
#define INLINED
#endif

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

// Call each(j, zero) for registers from j = `start` on, where zero has their type.
template <class T, int N = WIDTH<T>, class Each>
INLINED inline void over(ptrdiff_t n, Each each, ptrdiff_t start = 0) {
    for (; start + N <= n; start += N)
        each(start, Vector<T, N>{});
    if constexpr (N > 1)
        over<T, N / 2>(n, each, start);
}

// y[j] = f(y[j], x[j]...) for n numbers.
template <class T, class F, class... X>
INLINED inline void apply(ptrdiff_t n, F f, T *y, const X *...x) {
    over<T>(n, [=](ptrdiff_t j, auto zero) INLINED {
        using V = decltype(zero);
        store(y + j, f(load<V>(y + j), load<V>(x + j)...));
    });
}

// A register with f of each number.
template <class T, class V, class F> INLINED inline V one_by_one(V x, F f) {
    T numbers[sizeof(V) / sizeof(T)];
    store(numbers, x);
    UNROLLED for (T &number : numbers)
        number = f(number);
    return load<V>(numbers);
}

// The sum of the numbers of a register.
template <class T, class V> INLINED inline T total(V x) {
    T sum{};
    UNROLLED for (int i = 0; i < int(sizeof x / sizeof sum); i++)
        sum += load<T>((T *)&x + i);
    return sum;
}

// A sum, in a register until the end.
template <class T> struct Sum {
    Vector<T, WIDTH<T>> wide{};
    T rest{};

    INLINED void add(Vector<T, WIDTH<T>> x) { wide += x; }
    template <class V> INLINED void add(V x) { rest += total<T>(x); }
    INLINED T value() const { return rest + total<T>(wide); }
};

// e**x, or e**x - 1, which keeps its digits where x is near 0, without a branch.
//
// x = n ln 2 + r with an integer n, and y is the Taylor polynomial of e**r - 1. 2**n is
// two factors, so that results may overflow to infinity or underflow to zero.
template <class T, class V> INLINED inline V exponential(V x, bool minus_one = false) {
    using Limits = std::numeric_limits<T>;
    using Integer = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;
    // Added to a number this large, a number is rounded to an integer in its last bits.
    constexpr T ROUNDING = T(1.5) / Limits::epsilon();
    // ln 2 = 355 / 512 - LN2_LOW. Few digits make products with integers exact.
    constexpr T LN2_HIGH = T(0.693359375), LN2_LOW = T(2.1219444005469058e-4);
    auto power_of_two = [](V n) INLINED {
        n += ROUNDING;
        auto bits = load<Vector<Integer, sizeof(V) / sizeof(T)>>(&n);
        bits = (bits + (Limits::max_exponent - 1)) << (Limits::digits - 1);
        return load<V>(&bits);
    };
    V n = (x * T(1.4426950408889634) + ROUNDING) - ROUNDING;
    V half = (n * T(0.5) + ROUNDING) - ROUNDING;
    V r = (x - n * LN2_HIGH) + n * LN2_LOW, r2 = r * r, r4 = r2 * r2;
    V p = (T(1) / 2 + r * (T(1) / 6)) + r2 * (T(1) / 24 + r * (T(1) / 120)) +
          r4 * (T(1) / 720 + r * (T(1) / 5040));
    if constexpr (sizeof(T) == 8)
        p += r4 * (r2 * (T(1) / 40320 + r * (T(1) / 362880)) +
                   r4 * ((T(1) / 3628800 + r * (T(1) / 39916800)) +
                         r2 * (T(1) / 479001600 + r * (T(1) / 6227020800))));
    V y = r + r2 * p, factor = power_of_two(half);
    V subtracted = minus_one ? power_of_two(half - n) : V{};
    V power = (y * factor + (factor - subtracted)) * power_of_two(n - half);
    power = x > LN2_HIGH * Limits::max_exponent ? V{} + Limits::infinity() : power;
    T lowest = LN2_HIGH * (Limits::min_exponent - Limits::digits - 1);
    return x < lowest ? V{} - T(minus_one) : power;
}

// The slope of the leaky relu below 0.
template <class T> constexpr T LEAK = T(0.01);

template <class T, class V> INLINED inline V activated(int activation, V x) {
    switch (activation) {
    case LOGISTIC:
        return 1 / (1 + exponential<T>(-x));
    case TANH:
        x = exponential<T>(x > 20 ? V{} + 40 : 2 * x, true);
        return x / (x + 2);
    case RELU:
        return x < 0 ? V{} : x;
    case EXP:
        return exponential<T>(x);
    case LEAKY_RELU:
        return x < 0 ? LEAK<T> * x : x;
    case SOFTPLUS:  // max(x, 0) + log(1 + exp(-|x|)), in which nothing overflows
        return (x < 0 ? V{} : x) + one_by_one<T>(exponential<T>(x < 0 ? x : -x),
                                                 [](T y) { return std::log1p(y); });
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
        return d * -exponential<T>(-a, true);
    default:
        return d;
    }
}

// Overwrite n pre-activations with activations.
template <class T> void activate(int activation, T *Z, ptrdiff_t n) {
    if (activation != IDENTITY)
        apply(n, [=](auto z) INLINED { return activated<T>(activation, z); }, Z);
}

// Multiply n derivatives by those of the activation.
template <class T>
void differentiate(int activation, const T *A, T *delta, ptrdiff_t n) {
    auto f = [=](auto d, auto a) INLINED { return differentiated<T>(activation, a, d); };
    if (activation != IDENTITY)
        apply(n, f, delta, A);
}

// A @ B from column j on: R rows and C registers of N sums at a time, then fewer, smaller
// ones. Each register goes to user(row, first column, sums). A may be transposed: it has
// its rows and columns at these distances.
template <class T, int C = 8, int R = 1, int N = WIDTH<T>, class User>
INLINED inline void product(const T *A, ptrdiff_t row, ptrdiff_t column, const T *B,
                            ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t n_inner,
                            User user, ptrdiff_t j = 0) {
    for (; j + C * N <= columns; j += C * N)
        for (ptrdiff_t i = 0; i < rows; i += R) {
            Vector<T, N> sums[R][C] = {};
            const T *b = B + j, *a[R];
            UNROLLED for (int r = 0; r < R; r++)  // the last one again in place of more
                a[r] = A + (R == 1 ? i : std::min(i + r, rows - 1)) * row;
            for (ptrdiff_t k = 0; k < n_inner; k++, b += columns)
                UNROLLED for (int r = 0; r < R; a[r++] += column)
                    UNROLLED for (int c = 0; c < C; c++)
                        sums[r][c] += *a[r] * load<Vector<T, N>>(b + c * N);
            UNROLLED for (int r = 0; r < R; r++)
                UNROLLED for (int c = 0; c < C; c++)
                    if (R == 1 || i + r < rows)
                        user(i + r, j + c * N, sums[r][c]);
        }
    if constexpr (C > 1)
        product<T, C / 2, R, N>(A, row, column, B, rows, columns, n_inner, user, j);
    else if constexpr (N > 1)
        product<T, 1, R, N / 2>(A, row, column, B, rows, columns, n_inner, user, j);
}

// A @ B.T, for B with rows like those of A; each sum goes to user(row, column, sum).
template <class T, class User>
INLINED inline void product_of_rows(const T *A, const T *B, ptrdiff_t rows,
                                    ptrdiff_t columns, ptrdiff_t n_inner, User user) {
    for (ptrdiff_t i = 0; i < rows; i++)
        for (ptrdiff_t h = 0; h < columns; h++) {
            Sum<T> sum;
            over<T>(n_inner, [&](ptrdiff_t k, auto a) INLINED {
                a = load<decltype(a)>(A + i * n_inner + k);
                sum.add(a * load<decltype(a)>(B + h * n_inner + k));
            });
            user(i, h, sum.value());
        }
}

// A step of an optimizer along a gradient g, at the j-th of the parameters. Loops work on
// a copy, of which the compiler knows that nothing else writes to it.
template <class T> struct Step {
    Optimizer optimizer;
    T *flat, *first, *second;
    T rate{};
    Sum<T> penalty{};  // twice that of the parameters before the step

    template <class V, class S> INLINED void operator()(ptrdiff_t j, V g, S strength) {
        V w = load<V>(flat + j), pull = strength * w;
        penalty.add(pull * w);
        g += pull;
        switch (optimizer.kind) {
        case NO_STEP:
            store(first + j, g);
            return;
        case SGD:
            w -= rate * g;
            break;
        case MOMENTUM: {
            T momentum = optimizer.momentum;
            V v = momentum * load<V>(first + j) - rate * g;
            store(first + j, v);
            w += optimizer.nesterovs_momentum ? momentum * v - rate * g : v;
            break;
        }
        case ADAM: {
            T beta_1 = optimizer.beta_1, rest_1 = 1 - optimizer.beta_1;
            T beta_2 = optimizer.beta_2, rest_2 = 1 - optimizer.beta_2;
            V m = beta_1 * load<V>(first + j) + rest_1 * g;
            V v = beta_2 * load<V>(second + j) + rest_2 * g * g;
            store(first + j, m);
            store(second + j, v);
            V root = one_by_one<T>(v, [](T number) { return std::sqrt(number); });
            w -= rate * (m / (root + T(optimizer.epsilon)));
        }
        }
        store(flat + j, w);
    }
};

}  // namespace
