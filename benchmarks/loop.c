/* Trains networks one after another in plain loops: the C contender of sweep.py, compiled for networks of one shape,

     cc -O3 -shared -fPIC -DSIZES=2,8,1 loop.c -lm

   Fully connected, sigmoid throughout, half the summed squared error, full batch. A network's parameters are
   contiguous, layer after layer: the weights (from, to), then the biases (to). */

#include <math.h>
#include <string.h>

static const int sizes[] = {SIZES}; /* units per layer, from layer 0 (inputs) to layer LAYERS (outputs) */

enum {
    LAYERS = sizeof sizes / sizeof *sizes - 1,
    MOST_UNITS = 64,
    MOST_PARAMETERS = LAYERS * (MOST_UNITS + 1) * MOST_UNITS
};

static inline void forward(int from, int to, const double *W, const double *below, double *a)
{
    for (int j = 0; j < to; j++)
        a[j] = W[from * to + j];
    for (int i = 0; i < from; i++)
        for (int j = 0; j < to; j++)
            a[j] += below[i] * W[i * to + j];
    for (int j = 0; j < to; j++)
        a[j] = 1.0 / (1.0 + exp(-a[j]));
}

static inline void add_slopes(int from, int to, const double *below, const double *delta, double *dW)
{
    for (int i = 0; i < from; i++)
        for (int j = 0; j < to; j++)
            dW[i * to + j] += below[i] * delta[j];
    for (int j = 0; j < to; j++)
        dW[from * to + j] += delta[j];
}

static inline void backward(int from, int to, const double *W, const double *delta, const double *below,
                            double *delta_below)
{
    for (int i = 0; i < from; i++) {
        double sum = 0.0;
        for (int j = 0; j < to; j++)
            sum += W[i * to + j] * delta[j];
        delta_below[i] = sum * below[i] * (1.0 - below[i]);
    }
}

/* Adds the gradient of the loss to dtheta; returns the loss. The loops over layers are unrolled so that the compiler
   knows the sizes of all inner loops. (No `restrict` above: gcc 12 then miscompiles the unrolled layers, and it is no
   faster.) */
static double pass(int rows, const double *X, const double *y, const double *theta, double *dtheta)
{
    double a[LAYERS + 1][MOST_UNITS], delta[LAYERS + 1][MOST_UNITS], loss = 0.0;

    for (int row = 0; row < rows; row++) {
        int start = 0;
        for (int i = 0; i < sizes[0]; i++)
            a[0][i] = *X++;
#pragma GCC unroll 8
        for (int l = 1; l <= LAYERS; l++) {
            forward(sizes[l - 1], sizes[l], theta + start, a[l - 1], a[l]);
            start += (sizes[l - 1] + 1) * sizes[l];
        }
        for (int j = 0; j < sizes[LAYERS]; j++) {
            const double out = a[LAYERS][j], error = out - *y++;
            loss += 0.5 * error * error;
            delta[LAYERS][j] = error * out * (1.0 - out);
        }
#pragma GCC unroll 8
        for (int l = LAYERS; l >= 1; l--) {
            start -= (sizes[l - 1] + 1) * sizes[l];
            add_slopes(sizes[l - 1], sizes[l], a[l - 1], delta[l], dtheta + start);
            if (l > 1)
                backward(sizes[l - 1], sizes[l], theta + start, delta[l], a[l - 1], delta[l - 1]);
        }
    }
    return loss;
}

/* theta (networks, parameters) is trained in place. losses (networks, epochs + 1): before the first epoch, and after
   every one. */
void train(int networks, int rows, const double *X, const double *y, double rate, int epochs, double *theta,
           double *losses)
{
    double dtheta[MOST_PARAMETERS];
    int parameters = 0;
    for (int l = 1; l <= LAYERS; l++)
        parameters += (sizes[l - 1] + 1) * sizes[l];

    for (int network = 0; network < networks; network++) {
        for (int epoch = 0; epoch <= epochs; epoch++) {
            memset(dtheta, 0, parameters * sizeof(double));
            *losses++ = pass(rows, X, y, theta, dtheta);
            if (epoch < epochs)
                for (int p = 0; p < parameters; p++)
                    theta[p] -= rate * dtheta[p];
        }
        theta += parameters;
    }
}
