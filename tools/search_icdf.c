/* Searches for the program of src/core/icdf.h from nothing: its structure, its coefficients, and their last
 * digits.
 *
 *     cc -O3 -march=native -ffp-contract=off -o search_icdf tools/search_icdf.c -lm
 *     ./search_icdf [SECONDS [SEED]]
 *
 * A program computes r[0] = fma(v, v, c) and then r[n] = fma(r[a], r[b], c), or once fma(r[0], c, c'), and at
 * last z = v * r[n]; it is to approximate sqrt(2) erfinv(erf(sqrt 2) v) on (-1, 1). Squares of registers
 * double the degree of the polynomial at the cost of one operation, which is why 13 fma can do what Horner's
 * rule needs 22 for.
 *
 * Six minutes of one core find programs of 14 operations, odd, monotone and below 2, whose relative error is
 * 2^-22.28 (330 seconds of processor time, seed 8); that of src/core/icdf.h is 2^-22.59.
 *
 * The search has three parts. Structures (which registers an operation reads) are drawn at random and then
 * mutated, the better ones more often. Of each, the coefficients are fitted by Levenberg and Marquardt's
 * method from random starts, to the relative error at Chebyshev points. The best are rounded to float32, and
 * their last digits improved by a coordinate search on the error of the float32 program, first on some
 * arguments and at last on all 2^23. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OPERATIONS = 12, PARAMETERS = OPERATIONS + 2, POINTS = 100, POPULATION = 32 };

/* The operands of operation n: registers a[n] and b[n]. The first reads register 0 and a coefficient. */
typedef struct structure {
    int a[OPERATIONS], b[OPERATIONS];
} structure;

typedef struct candidate {
    structure form;
    double c[PARAMETERS]; /* of r[0]; factor and term of operation 0; term of each further operation */
    double error;         /* greatest relative error at the points, in double */
    double fitness;       /* that, and what float32's rounding adds */
} candidate;

static double point[POINTS], target[POINTS]; /* v^2, and z / v there */

static uint64_t random_state;

static uint64_t random_bits(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15U; /* SplitMix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static double seconds_gone(void) { return (double)clock() / CLOCKS_PER_SEC; }

static double uniform(double low, double high)
{
    return low + (high - low) * (double)(random_bits() >> 11) * 0x1p-53;
}

static int below(int n) { return (int)(random_bits() % (uint64_t)n); }

/* z / v, with z from erf(z / sqrt 2) = erf(sqrt 2) v by Newton's method. */
static double exact_ratio(double v)
{
    const long double c = erfl(sqrtl(2.0L));
    long double z = 1.2L * (long double)v;
    for (int i = 0; i < 40; i++) {
        z -=
            (erfl(z / sqrtl(2.0L)) - c * (long double)v) / (sqrtl(2.0L / acosl(-1.0L)) * expl(-z * z / 2.0L));
    }
    return (double)(z / (long double)v);
}

static void make_points(void)
{
    for (int i = 0; i < POINTS; i++) {
        double v = 0.5 - 0.5 * cos(acos(-1.0) * (i + 0.5) / POINTS);
        point[i] = v * v;
        target[i] = exact_ratio(v);
    }
}

/* Value and, by forward differentiation, gradient of a program at one point. */
static double evaluate(const candidate *p, double square, double gradient[PARAMETERS])
{
    double r[OPERATIONS + 1], d[OPERATIONS + 1][PARAMETERS];
    memset(d, 0, sizeof d);
    r[0] = square + p->c[0];
    d[0][0] = 1.0;
    r[1] = r[0] * p->c[1] + p->c[2];
    d[1][0] = p->c[1];
    d[1][1] = r[0];
    d[1][2] = 1.0;
    for (int n = 1; n < OPERATIONS; n++) {
        int a = p->form.a[n], b = p->form.b[n];
        r[n + 1] = r[a] * r[b] + p->c[n + 2];
        for (int k = 0; k < n + 2; k++) {
            d[n + 1][k] = d[a][k] * r[b] + r[a] * d[b][k];
        }
        d[n + 1][n + 2] = 1.0;
    }
    memcpy(gradient, d[OPERATIONS], sizeof d[OPERATIONS]);
    return r[OPERATIONS];
}

/* Solves (A + lambda diag A) x = g by Cholesky's method; false if A is not positive. */
static int solve(double A[PARAMETERS][PARAMETERS], const double *g, double lambda, double *x)
{
    double L[PARAMETERS][PARAMETERS], y[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = A[i][j] * (i == j ? 1.0 + lambda : 1.0);
            for (int k = 0; k < j; k++) {
                sum -= L[i][k] * L[j][k];
            }
            if (i == j && !(sum > 0.0)) {
                return 0;
            }
            L[i][j] = i == j ? sqrt(sum) : sum / L[j][j];
        }
    }
    for (int i = 0; i < PARAMETERS; i++) {
        y[i] = g[i];
        for (int k = 0; k < i; k++) {
            y[i] -= L[i][k] * y[k];
        }
        y[i] /= L[i][i];
    }
    for (int i = PARAMETERS; i-- > 0;) {
        x[i] = y[i];
        for (int k = i + 1; k < PARAMETERS; k++) {
            x[i] -= L[k][i] * x[k];
        }
        x[i] /= L[i][i];
    }
    return 1;
}

/* Weighted sum of squares, normal equations, and greatest relative error. */
static double equations(const candidate *p, const double *weight, double A[PARAMETERS][PARAMETERS], double *g,
                        double *greatest)
{
    double total = 0.0;
    memset(A, 0, sizeof(double[PARAMETERS][PARAMETERS]));
    memset(g, 0, sizeof(double[PARAMETERS]));
    *greatest = 0.0;
    for (int i = 0; i < POINTS; i++) {
        double gradient[PARAMETERS];
        double error = evaluate(p, point[i], gradient) / target[i] - 1.0, w = weight[i];
        total += w * error * error;
        *greatest = fmax(*greatest, isfinite(error) ? fabs(error) : 1e30);
        for (int j = 0; j < PARAMETERS; j++) {
            gradient[j] /= target[i];
            g[j] -= w * gradient[j] * error;
            for (int k = 0; k <= j; k++) {
                A[j][k] += w * gradient[j] * gradient[k];
            }
        }
    }
    return total;
}

/* Fits a candidate's coefficients from where they are. Weights grow where the error is large (Lawson), so
   that the greatest error falls and not only the squares' sum. */
static void fit(candidate *p, int steps, int lawson)
{
    double weight[POINTS], A[PARAMETERS][PARAMETERS], g[PARAMETERS], step[PARAMETERS];
    double B[PARAMETERS][PARAMETERS], h[PARAMETERS], greatest, lambda = 1e-2;
    for (int i = 0; i < POINTS; i++) {
        weight[i] = 1.0;
    }
    double total = equations(p, weight, A, g, &greatest);
    candidate best = *p;
    best.error = greatest;
    for (int s = 0; s < steps && isfinite(total); s++) {
        candidate next = *p;
        double ridge = lambda + 1e-14;
        if (!solve(A, g, ridge, step)) {
            lambda = lambda * 10.0 + 1e-12;
            continue;
        }
        for (int k = 0; k < PARAMETERS; k++) {
            next.c[k] += step[k];
        }
        double next_total = equations(&next, weight, B, h, &greatest);
        if (next_total < total) {
            *p = next;
            total = next_total;
            memcpy(A, B, sizeof A);
            memcpy(g, h, sizeof g);
            lambda *= 0.2;
            if (greatest < best.error) {
                best = next;
                best.error = greatest;
            }
        } else {
            lambda = lambda * 4.0 + 1e-13;
        }
        if (lawson && s % 8 == 7) {
            double sum = 0.0;
            for (int i = 0; i < POINTS; i++) {
                double gradient[PARAMETERS];
                weight[i] *= fabs(evaluate(p, point[i], gradient) / target[i] - 1.0) + 1e-12;
                sum += weight[i];
            }
            for (int i = 0; i < POINTS; i++) {
                weight[i] *= POINTS / sum;
            }
            total = equations(p, weight, A, g, &greatest);
        }
        if (lambda > 1e8) {
            break;
        }
    }
    *p = best;
}

static void random_coefficients(candidate *p)
{
    for (int k = 0; k < PARAMETERS; k++) {
        p->c[k] = uniform(-0.8, 0.8);
    }
}

/* Every register must be read later, or the operation would be wasted. */
static int is_whole(const structure *form)
{
    unsigned read = 1U << OPERATIONS;
    for (int n = 1; n < OPERATIONS; n++) {
        read |= 1U << form->a[n] | 1U << form->b[n];
    }
    return read == (1U << (OPERATIONS + 1)) - 1;
}

static structure random_structure(void)
{
    structure form;
    do {
        form.a[0] = form.b[0] = 0;
        for (int n = 1; n < OPERATIONS; n++) {
            form.a[n] = n;
            form.b[n] = below(3) == 0 ? below(n + 1) : (below(2) ? 0 : n);
        }
    } while (!is_whole(&form));
    return form;
}

static structure mutated(structure form)
{
    structure next;
    do {
        next = form;
        for (int changes = 1 + below(3); changes > 0; changes--) {
            int n = 1 + below(OPERATIONS - 1);
            int *operand = below(3) == 0 ? &next.a[n] : &next.b[n];
            *operand = below(n + 1);
        }
    } while (!is_whole(&next));
    return next;
}

static float program(const structure *form, const float *c, float v);

/* Greatest relative difference, at arguments everywhere, between a program in float32 and in double, both
   with coefficients that are float32. Structures differ in it by a factor, whatever their coefficients' last
   digits. */
static double rounding_noise(const candidate *p)
{
    candidate rounded = *p;
    float c[PARAMETERS];
    double worst = 0.0;
    for (int k = 0; k < PARAMETERS; k++) {
        c[k] = (float)p->c[k];
        rounded.c[k] = (double)c[k];
    }
    for (int i = 1; i <= 20000; i++) {
        float v = (float)i / 20001.0f;
        double gradient[PARAMETERS];
        double in_double = evaluate(&rounded, (double)v * (double)v, gradient);
        worst = fmax(worst, fabs((double)program(&p->form, c, v) / ((double)v * in_double) - 1.0));
    }
    return worst;
}

/* Fits a structure from so many starts: first from the coefficients that it comes with, then from random
 * ones. */
static candidate best_fit(structure form, const candidate *parent, int starts)
{
    candidate best = {.form = form, .error = 1e30, .fitness = 1e30};
    for (int start = 0; start < starts; start++) {
        candidate p = {.form = form};
        if (start < 3 && parent != NULL) {
            memcpy(p.c, parent->c, sizeof p.c);
            for (int k = 0; k < PARAMETERS && start > 0; k++) {
                p.c[k] += uniform(-0.1, 0.1);
            }
        } else {
            random_coefficients(&p);
        }
        fit(&p, 60, 0);
        if (p.error < 3.0 * best.error || p.error < 1e-4) {
            fit(&p, 160, 1);
        }
        best = p.error < best.error ? p : best;
    }
    best.fitness = best.error + rounding_noise(&best);
    return best;
}

/* ---- Rounding to float32
 * --------------------------------------------------------------------------------------- */

static float program(const structure *form, const float *c, float v)
{
    float r[OPERATIONS + 1];
    r[0] = fmaf(v, v, c[0]);
    r[1] = fmaf(r[0], c[1], c[2]);
    for (int n = 1; n < OPERATIONS; n++) {
        r[n + 1] = fmaf(r[form->a[n]], r[form->b[n]], c[n + 2]);
    }
    return v * r[OPERATIONS];
}

enum { ARGUMENTS = 1 << 23 };
static double *exact; /* z of every positive argument */

static float argument(int k) { return (float)(2 * k + 1) * 0x1p-24f; }

/* z of all arguments: from z of the last one, two steps of Newton's method are plenty. */
static void make_exact(void)
{
    const long double c = erfl(sqrtl(2.0L)), density = sqrtl(2.0L / acosl(-1.0L)), root_half = sqrtl(0.5L);
    exact = malloc(ARGUMENTS * sizeof *exact);
    long double z = 0.0L;
    for (int k = 0; exact != NULL && k < ARGUMENTS; k++) {
        for (int i = 0; i < 2; i++) {
            z -= (erfl(z * root_half) - c * (long double)argument(k)) / (density * expl(-z * z / 2.0L));
        }
        exact[k] = (double)z;
    }
}

/* Arguments on which coefficients are tried: a prime step apart at first, and those that a check of all of
   them found to be worse. */
enum { STEP = 1021, MOST = ARGUMENTS / STEP + 20000 };

typedef struct arguments {
    int count, k[MOST];
} arguments;

static double error_at(const structure *form, const float *c, int k)
{
    return fabs((double)program(form, c, argument(k)) / exact[k] - 1.0);
}

/* Greatest relative error over some arguments; ends early beyond a limit. */
static double error_on(const structure *form, const float *c, const arguments *some, double limit)
{
    double worst = 0.0;
    for (int i = 0; i < some->count && worst <= limit; i++) {
        worst = fmax(worst, error_at(form, c, some->k[i]));
    }
    return worst;
}

/* Greatest relative error over all arguments, or 1 if the program is not monotone or not below 2. Arguments
   whose error exceeds a limit are added to some, as far as there is room. */
static double error_on_all(const structure *form, const float *c, double limit, arguments *some)
{
    double worst = 0.0;
    float last = 0.0f;
    int is_monotone = 1;
    for (int k = 0; k < ARGUMENTS; k++) {
        float z = program(form, c, argument(k));
        double error = fabs((double)z / exact[k] - 1.0);
        if (error > limit && some->count < MOST) {
            some->k[some->count++] = k;
        }
        is_monotone = is_monotone && z >= last && z < 2.0f;
        worst = fmax(worst, error);
        last = z;
    }
    return is_monotone ? worst : 1.0;
}

static float moved(float x, int places)
{
    for (; places > 0; places--) {
        x = nextafterf(x, INFINITY);
    }
    for (; places < 0; places++) {
        x = nextafterf(x, -INFINITY);
    }
    return x;
}

/* Moves one to three coefficients at a time by a few last places, as long as that helps on some arguments. */
static double improve(const structure *form, float best[PARAMETERS], const arguments *some, double until)
{
    double error = error_on(form, best, some, 1.0);
    for (int idle = 0; idle < 8000 && seconds_gone() < until; idle++) {
        float c[PARAMETERS];
        memcpy(c, best, sizeof c);
        for (int changes = 1 + below(3); changes > 0; changes--) {
            int k = below(PARAMETERS);
            int most = 1 << below(7);
            c[k] = moved(c[k], below(2) ? 1 + below(most) : -1 - below(most));
        }
        double now = error_on(form, c, some, error);
        if (now < error) {
            memcpy(best, c, sizeof c);
            error = now;
            idle = 0;
        }
    }
    return error;
}

/* Rounds a candidate, and returns the least error on all arguments that a monotone program of it had. */
static double round_candidate(const candidate *p, float best[PARAMETERS], double until)
{
    static arguments some;
    float c[PARAMETERS];
    double least = 1.0;
    some.count = 0;
    for (int k = STEP / 2; k < ARGUMENTS; k += STEP) {
        some.k[some.count++] = k;
    }
    for (int k = 0; k < PARAMETERS; k++) {
        c[k] = (float)p->c[k];
    }
    for (int round = 0; round < 8; round++) {
        double error = improve(&p->form, c, &some, until);
        double whole = error_on_all(&p->form, c, error, &some);
        if (whole < least) {
            least = whole;
            memcpy(best, c, sizeof c);
        }
    }
    (void)fprintf(stderr, "%5.0f s: rounded, 2^%.2f\n", seconds_gone(), log2(least));
    return least;
}

static void print_program(const structure *form, const float *c, double error)
{
    (void)printf("relative error 2^%.2f on all 2^24 arguments, odd, monotone, below 2:\n", log2(error));
    (void)printf("    s   = fma(v, v, %a)\n    r1  = fma(s, %a, %a)\n", (double)c[0], (double)c[1],
                 (double)c[2]);
    for (int n = 1; n < OPERATIONS; n++) {
        (void)printf("    r%-2d = fma(r%d, r%d, %a)\n", n + 1, form->a[n], form->b[n], (double)c[n + 2]);
    }
    (void)printf("    z   = v * r%d          (r0 is s)\n", OPERATIONS);
    (void)fflush(stdout);
}

/* Evolves structures until a time. */
static void evolve(candidate population[POPULATION], double until)
{
    for (int i = 0; i < POPULATION; i++) {
        population[i] = best_fit(random_structure(), NULL, 12);
    }
    for (int generation = 0; seconds_gone() < until; generation++) {
        const candidate *parent = &population[below(POPULATION)];
        for (int rivals = 0; rivals < 2; rivals++) {
            const candidate *rival = &population[below(POPULATION)];
            parent = rival->fitness < parent->fitness ? rival : parent;
        }
        candidate child = best_fit(mutated(parent->form), parent, 6);
        int loser = below(POPULATION), best = 0;
        for (int i = 0; i < POPULATION; i++) {
            best = population[i].fitness < population[best].fitness ? i : best;
            loser = population[i].fitness > population[loser].fitness && below(2) ? i : loser;
        }
        if (child.fitness < population[best].fitness) {
            (void)fprintf(stderr, "%5.0f s: about 2^%.2f, 2^%.2f in double\n", seconds_gone(),
                          log2(child.fitness), log2(child.error));
        }
        if (child.fitness < population[loser].fitness) {
            population[loser] = child;
        }
    }
}

/* Of several fits near a candidate, all about as good in double, the one that float32's rounding hurts least.
 */
static candidate quietest(const candidate *near)
{
    candidate best = *near;
    for (int i = 0; i < 40; i++) {
        candidate p = *near;
        double spread = i < 20 ? 0.05 : 0.3;
        for (int k = 0; k < PARAMETERS; k++) {
            p.c[k] += uniform(-spread, spread);
        }
        fit(&p, 240, 1);
        if (p.error < 0x1p-24) {
            p.fitness = p.error + rounding_noise(&p);
            best = p.fitness < best.fitness ? p : best;
        }
    }
    (void)fprintf(stderr, "%5.0f s: with rounding about 2^%.2f\n", seconds_gone(), log2(best.fitness));
    return best;
}

static int by_fitness(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    return (x->fitness > y->fitness) - (x->fitness < y->fitness);
}

/* Rounds the best of a population until a time; prints what is better than `least`, and returns the least. */
static double round_best(candidate population[POPULATION], double until, double least)
{
    qsort(population, POPULATION, sizeof *population, by_fitness);
    for (int i = 0; seconds_gone() < until; i++) {
        candidate p = quietest(&population[i % 4]);
        float c[PARAMETERS];
        if (p.error > 0x1p-23) {
            continue;
        }
        double error = round_candidate(&p, c, until);
        if (error < least) {
            least = error;
            print_program(&p.form, c, error);
        }
    }
    return least;
}

/* A population soon agrees on one structure, so the search begins again with a new one every so often. */
#define LIFE 330.0

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 600.0, least = 1.0;
    random_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    candidate population[POPULATION];
    make_points();
    make_exact();
    if (exact == NULL) {
        return 1;
    }
    while (seconds_gone() < seconds) {
        double end = fmin(seconds_gone() + LIFE, seconds);
        evolve(population, (seconds_gone() + end) / 2.0);
        least = round_best(population, end, least);
    }
    free(exact);
    return least < 0x1p-22 ? 0 : 1;
}
