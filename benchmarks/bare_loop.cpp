// A bare training loop, the yardstick of the compiled engine: float64, logistic hidden
// layers, SGD with Nesterov's momentum and a penalty, and either softmax with log-loss
// or a logistic output with squared error. Plain loops and two BLAS calls, no checks.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

using std::vector;
typedef void Gemm(char *, char *, int *, int *, int *, double *, const double *, int *,
                  const double *, int *, double *, double *, int *);

static inline double exponential(double x) {
    x = x > 709 ? 709 : x < -708 ? -708 : x;
    double n = std::rint(x * 1.4426950408889634);
    double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
    double p = 1 / 479001600.;
    for (double c : {1 / 39916800., 1 / 3628800., 1 / 362880., 1 / 40320., 1 / 5040.,
                     1 / 720., 1 / 120., 1 / 24., 1 / 6., .5, 1., 1.})
        p = p * r + c;
    int64_t bits = (int64_t)((int)n + 1023) << 52;
    double power;
    std::memcpy(&power, &bits, 8);
    return p * power;
}

static void sigmoid(double *z, int n) {
    for (int i = 0; i < n; i++)
        z[i] = 1 / (1 + exponential(-z[i]));
}

struct Loop {
    int n_layers, n_parameters;
    const int *sizes;
    vector<int> coef_at, intercept_at, unit_at;
    bool intercepts, softmax;
    double rate, momentum, strength, *w;
    vector<double> v, g, a, d;
    Gemm *gemm;

    void product(const double *A, bool ta, const double *B, bool tb, double *C, int n,
                 int m, int k) {
        if ((long)n * m * k > 8192) {
            double one = 1, zero = 0;
            int lda = ta ? n : m, ldb = tb ? m : k;
            char *a = ta ? (char *)"T" : (char *)"N", *b = tb ? (char *)"T" : (char *)"N";
            gemm(b, a, &k, &n, &m, &one, B, &ldb, A, &lda, &zero, C, &k);
        } else if (tb) {
            for (int i = 0; i < n; i++)
                for (int j = 0; j < k; j++) {
                    double sum = 0;
                    for (int h = 0; h < m; h++)
                        sum += A[i * m + h] * B[j * m + h];
                    C[i * k + j] = sum;
                }
        } else {
            for (int i = 0; i < n; i++) {
                double *__restrict c = C + i * k;
                for (int j = 0; j < k; j++)
                    c[j] = 0;
                for (int h = 0; h < m; h++) {
                    double x = ta ? A[h * n + i] : A[i * m + h];
                    const double *__restrict b = B + h * k;
                    for (int j = 0; j < k; j++)
                        c[j] += x * b[j];
                }
            }
        }
    }

    double step(double *__restrict w, double *__restrict v, const double *__restrict g,
                int n, double x, double strength) {
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double slope = x * g[i] + strength * w[i];
            squares += w[i] * w[i];
            if (momentum == 0) {
                w[i] -= rate * slope;
            } else {
                v[i] = momentum * v[i] - rate * slope;
                w[i] += momentum * v[i] - rate * slope;
            }
        }
        return squares;
    }

    double minibatch(const double *X, const double *Y, int n) {
        const double *below = X;
        int k = sizes[n_layers];
        for (int l = 0; l < n_layers; l++) {
            int m = sizes[l], u = sizes[l + 1];
            double *z = &a[n * unit_at[l]];
            product(below, false, w + coef_at[l], false, z, n, m, u);
            if (intercepts)
                for (int i = 0; i < n; i++)
                    for (int j = 0; j < u; j++)
                        z[i * u + j] += w[intercept_at[l] + j];
            if (l < n_layers - 1 || !softmax)
                sigmoid(z, n * u);
            below = z;
        }
        double loss = 0, scale = softmax ? 1. / n : 1. / n / k;
        double *out = &a[n * unit_at[n_layers - 1]], *delta = &d[n * unit_at[n_layers - 1]];
        for (int i = 0; i < n; i++, out += k, delta += k, Y += k) {
            if (softmax) {
                double most = *std::max_element(out, out + k), sum = 0, dot = 0;
                for (int j = 0; j < k; j++)
                    delta[j] = exponential(out[j] - most);
                for (int j = 0; j < k; j++) {
                    sum += delta[j];
                    dot += Y[j] * (out[j] - most);
                }
                loss += std::log(sum) - dot;
                for (int j = 0; j < k; j++)
                    delta[j] = (delta[j] / sum - Y[j]) * scale;
            } else {
                for (int j = 0; j < k; j++) {
                    double error = out[j] - Y[j];
                    loss += 0.5 * error * error / k;
                    delta[j] = error * out[j] * (1 - out[j]) * scale;
                }
            }
        }
        double squares = 0;
        for (int l = n_layers - 1; l >= 0; l--) {
            int m = sizes[l], u = sizes[l + 1];
            double *dl = &d[n * unit_at[l]], *W = w + coef_at[l];
            const double *x = l ? &a[n * unit_at[l - 1]] : X;
            if (l)
                product(dl, false, W, true, &d[n * unit_at[l - 1]], n, u, m);
            if (l)
                for (int i = 0; i < n * m; i++)
                    d[n * unit_at[l - 1] + i] *= x[i] * (1 - x[i]);
            if (n == 1) {
                for (int i = 0; i < m; i++)
                    squares += step(W + i * u, &v[coef_at[l] + i * u], dl, u, x[i], strength);
                if (intercepts)
                    step(w + intercept_at[l], &v[intercept_at[l]], dl, u, 1, 0);
                continue;
            }
            product(x, true, dl, false, &g[coef_at[l]], m, n, u);
            if (intercepts)
                for (int j = 0; j < u; j++) {
                    double sum = 0;
                    for (int i = 0; i < n; i++)
                        sum += dl[i * u + j];
                    g[intercept_at[l] + j] = sum;
                }
        }
        if (n > 1) {
            int n_coefs = intercept_at[0];
            squares += step(w, &v[0], &g[0], n_coefs, 1, strength);
            if (intercepts)
                step(w + n_coefs, &v[n_coefs], &g[n_coefs], n_parameters - n_coefs, 1, 0);
        }
        return loss + 0.5 * strength * squares * n;
    }
};

extern "C" double train(void *gemm, const double *X, const double *Y, int n_samples,
                        const int *sizes, int n_layers, double *w, int n_parameters,
                        int intercepts, int softmax, int batch, int shuffle, int seed,
                        int n_epochs, double rate, double momentum, double alpha) {
    Loop loop{n_layers, n_parameters, sizes};
    int at = 0, units = 0, k = sizes[n_layers], m = sizes[0];
    for (int l = 0; l < n_layers; at += sizes[l] * sizes[l + 1], l++)
        loop.coef_at.push_back(at);
    for (int l = 0; l < n_layers; l++) {
        loop.intercept_at.push_back(at);
        loop.unit_at.push_back(units);
        at += sizes[l + 1], units += sizes[l + 1];
    }
    loop.intercepts = intercepts, loop.softmax = softmax, loop.w = w;
    loop.rate = rate, loop.momentum = momentum, loop.strength = alpha / n_samples;
    loop.v.assign(at, 0), loop.g.assign(at, 0);
    loop.a.resize(batch * units), loop.d.resize(batch * units);
    loop.gemm = (Gemm *)gemm;
    vector<double> taken(batch * m), targets(batch * k);
    vector<int> order(n_samples);
    std::mt19937 rng(seed);
    double loss = 0;
    for (int epoch = 0; epoch < n_epochs; epoch++) {
        if (shuffle) {
            std::iota(order.begin(), order.end(), 0);
            for (uint32_t i = n_samples - 1, mask, j; i > 0; i--) {
                for (mask = i; mask & (mask + 1);)
                    mask |= mask >> 1;
                do
                    j = rng() & mask;
                while (j > i);
                std::swap(order[i], order[j]);
            }
        }
        loss = 0;
        for (int start = 0; start < n_samples; start += batch) {
            int n = std::min(batch, n_samples - start);
            const double *x = X + start * m, *y = Y + start * k;
            if (shuffle && n == 1) {
                x = X + order[start] * m, y = Y + order[start] * k;
            } else if (shuffle) {
                for (int i = 0; i < n; i++) {
                    std::copy_n(X + order[start + i] * m, m, &taken[i * m]);
                    std::copy_n(Y + order[start + i] * k, k, &targets[i * k]);
                }
                x = &taken[0], y = &targets[0];
            }
            loss += loop.minibatch(x, y, n);
        }
    }
    return loss / n_samples;
}
