#include "shortest.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds one to the last of the digits of a form d.ddde+XX; false if they are all 9. */
static bool round_up(char *text, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        char *digit = &text[i == 0 ? 0 : i + 1];
        if (*digit != '9') {
            ++*digit;
            return true;
        }
        *digit = '0';
    }
    return false;
}

/* Writes a positive number with so many digits as d.ddde+XX; whether it is read back as the same. The nearest
   may not be: numbers above a power of 2 are twice as far apart as those below, so the next decimal above may
   be read as it where the nearest, below, is not. */
static bool try_digits(double number, int digits, char text[GLR_SHORTEST])
{
    (void)snprintf(text, GLR_SHORTEST, "%.*e", digits - 1, number);
    return strtod(text, NULL) == number || (round_up(text, digits) && strtod(text, NULL) == number);
}

/* The digits with a point before, within or behind them. */
static void write_fixed(const char *digits, int count, int exponent, char *text)
{
    if (exponent < 0) {
        (void)snprintf(text, GLR_SHORTEST - 1, "0.%.*s%s", -exponent - 1, "000000", digits);
    } else if (exponent >= count - 1) {
        (void)snprintf(text, GLR_SHORTEST - 1, "%s%.*s", digits, exponent - count + 1, "0000000000000000");
    } else {
        (void)snprintf(text, GLR_SHORTEST - 1, "%.*s.%s", exponent + 1, digits, digits + exponent + 1);
    }
}

static void write_scientific(const char *digits, int exponent, char *text)
{
    (void)snprintf(text, GLR_SHORTEST - 1, "%c%s%se%d", digits[0], digits[1] == '\0' ? "" : ".", digits + 1,
                   exponent);
}

void glr_shortest(double number, char text[GLR_SHORTEST])
{
    char form[GLR_SHORTEST], digits[20];
    int count = 1;
    if (signbit(number)) {
        *text++ = '-';
        number = -number;
    }
    while (!try_digits(number, count, form) && count < 17) {
        count++;
    }
    const int exponent = (int)strtol(strchr(form, 'e') + 1, NULL, 10);
    digits[0] = form[0];
    memcpy(digits + 1, form + 2, (size_t)count - 1);
    digits[count] = '\0';
    if (exponent < -4 || exponent >= 16) {
        write_scientific(digits, exponent, text);
    } else {
        write_fixed(digits, count, exponent, text);
    }
}
