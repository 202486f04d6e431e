// The loops of loops.py, each for one network whose sizes are known: near the limit.

#include <algorithm>
#include <cmath>
#include <random>

template <int n> static inline void sigmoid(double *z) {
#pragma omp simd
    for (int i = 0; i < n; i++)
        z[i] = 1 / (1 + std::exp(-z[i]));
}

extern "C" void soft_targets(const double (*X)[3], const double *y, double (*first)[4],
                             double *second, int n_epochs) {
    for (int epoch = 0; epoch < n_epochs; epoch++) {
        double hidden[4][4] = {}, output[4] = {};
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 3; k++)
                for (int j = 0; j < 4; j++)
                    hidden[i][j] += X[i][k] * first[k][j];
        sigmoid<16>(hidden[0]);
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++)
                output[i] += hidden[i][j] * second[j];
        sigmoid<4>(output);
        double first_step[3][4] = {}, second_step[4] = {};
        for (int i = 0; i < 4; i++) {
            double output_delta = (y[i] - output[i]) * output[i] * (1 - output[i]);
            for (int j = 0; j < 4; j++) {
                double h = hidden[i][j], delta = output_delta * second[j] * h * (1 - h);
                second_step[j] += h * output_delta;
                for (int k = 0; k < 3; k++)
                    first_step[k][j] += X[i][k] * delta;
            }
        }
        for (int j = 0; j < 4; j++) {
            second[j] += second_step[j];
            for (int k = 0; k < 3; k++)
                first[k][j] += first_step[k][j];
        }
    }
}

extern "C" void people(const double (*X)[2], const double *y, double (*first)[2],
                       double *second, double *first_bias, double *second_bias,
                       int n_epochs, int shuffle) {
    std::mt19937 rng(0);
    int order[] = {0, 1, 2, 3};
    for (int epoch = 0; epoch < n_epochs; epoch++) {
        if (shuffle)
            std::shuffle(order, order + 4, rng);
        for (int i : order) {
            const double *x = X[i];
            double hidden[2], output = *second_bias;
            for (int j = 0; j < 2; j++)
                hidden[j] = x[0] * first[0][j] + x[1] * first[1][j] + first_bias[j];
            sigmoid<2>(hidden);
            for (int j = 0; j < 2; j++)
                output += hidden[j] * second[j];
            sigmoid<1>(&output);
            double output_delta = 0.2 * (output - y[i]) * output * (1 - output);
            for (int j = 0; j < 2; j++) {
                double delta = output_delta * second[j] * hidden[j] * (1 - hidden[j]);
                second[j] -= hidden[j] * output_delta;
                first[0][j] -= x[0] * delta;
                first[1][j] -= x[1] * delta;
                first_bias[j] -= delta;
            }
            *second_bias -= output_delta;
        }
    }
}
