#include "files.h"

#include <math.h>

/* The least unit: its inverse is a double, and values below it have squares that are. */
#define MIN_EXPONENT (-1000)

/* Counts values that are not finite, and moves the others together. Returns how many those are. */
static size_t keep_finite(glr_moments *all, double *values, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const double value = values[i];
        if (isfinite(value)) {
            values[kept++] = value;
        } else if (isnan(value)) {
            all->nans++;
        } else if (value > 0.0) {
            all->positive_infinities++;
        } else {
            all->negative_infinities++;
        }
    }
    return kept;
}

static void find_bounds(glr_moments *m, const double *values, size_t count)
{
    m->least = m->greatest = values[0];
    for (size_t i = 1; i < count; i++) {
        m->least = values[i] < m->least ? values[i] : m->least;
        m->greatest = values[i] > m->greatest ? values[i] : m->greatest;
    }
}

/* The power of two above the greatest magnitude. */
static int unit_of(const glr_moments *m)
{
    const double magnitude = fmax(fabs(m->least), fabs(m->greatest));
    int exponent;
    (void)frexp(magnitude, &exponent);
    return magnitude == 0.0 || exponent < MIN_EXPONENT ? MIN_EXPONENT : exponent;
}

/* Of one finite value or more. A product with a power of two is exact, but for values so far
   below the greatest that they do not count. */
static glr_moments moments_of(const double *values, size_t count)
{
    glr_moments m = {.finite = count};
    find_bounds(&m, values, count);
    m.exponent = unit_of(&m);
    const double factor = ldexp(1.0, -m.exponent);
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += values[i] * factor;
    }
    m.mean = sum / (double)count;
    for (size_t i = 0; i < count; i++) {
        const double apart = values[i] * factor - m.mean;
        m.squares += apart * apart;
    }
    return m;
}

static void set_unit(glr_moments *m, int exponent)
{
    m->mean = ldexp(m->mean, m->exponent - exponent);
    m->squares = ldexp(m->squares, 2 * (m->exponent - exponent));
    m->exponent = exponent;
}

/* Chan, Golub and LeVeque's formula for the moments of two sets together. */
static void merge(glr_moments *all, glr_moments *more)
{
    const int unit = all->exponent > more->exponent ? all->exponent : more->exponent;
    set_unit(all, unit);
    set_unit(more, unit);
    const double before = (double)all->finite, added = (double)more->finite, count = before + added;
    const double apart = more->mean - all->mean;
    all->squares += more->squares + apart * apart * before * added / count;
    all->mean += apart * added / count;
    all->finite += more->finite;
    all->least = fmin(all->least, more->least);
    all->greatest = fmax(all->greatest, more->greatest);
}

void glr_moments_add(glr_moments *all, double *values, size_t count)
{
    count = keep_finite(all, values, count);
    if (count == 0) {
        return;
    }
    glr_moments more = moments_of(values, count);
    if (all->finite > 0) {
        merge(all, &more);
        return;
    }
    more.nans = all->nans;
    more.positive_infinities = all->positive_infinities;
    more.negative_infinities = all->negative_infinities;
    *all = more;
}

static double mean_of(const glr_moments *all)
{
    const uint64_t above = all->positive_infinities, below = all->negative_infinities;
    if (all->nans > 0 || (above > 0 && below > 0) || all->finite + above + below == 0) {
        return NAN;
    }
    if (above > 0 || below > 0) {
        return above > 0 ? INFINITY : -INFINITY;
    }
    /* Which rounding could otherwise push beyond them, and even beyond the largest double. */
    return fmin(fmax(ldexp(all->mean, all->exponent), all->least), all->greatest);
}

static double deviation_of(const glr_moments *all)
{
    if (all->finite == 0 || all->nans + all->positive_infinities + all->negative_infinities > 0) {
        return NAN;
    }
    /* Rounding must not give equal values a deviation. */
    return all->least == all->greatest ? 0.0 : ldexp(sqrt(all->squares / (double)all->finite), all->exponent);
}

glr_statistics glr_moments_statistics(const glr_moments *all)
{
    const uint64_t above = all->positive_infinities, below = all->negative_infinities;
    glr_statistics found = {.mean = mean_of(all), .stddev = deviation_of(all)};
    const double least = all->finite > 0 ? all->least : NAN, greatest = all->finite > 0 ? all->greatest : NAN;
    /* fmin and fmax leave NaN out where there is a number. */
    found.minimum = below > 0 ? -INFINITY : fmin(least, above > 0 ? INFINITY : NAN);
    found.maximum = above > 0 ? INFINITY : fmax(greatest, below > 0 ? -INFINITY : NAN);
    return found;
}
