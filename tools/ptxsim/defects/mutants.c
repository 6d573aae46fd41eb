#include "mutants.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const mutation_names[MUTATIONS] = {"changed constant",
                                               "swapped operands",
                                               "uninitialized register",
                                               "store one element too far",
                                               "lost instruction",
                                               "lost guard",
                                               "other opcode"};

/* Where the operands of an instruction begin, after a guard and the opcode; NULL if the line is none. */
static const char *operands_of(const char *line)
{
    const char *at = line + strspn(line, "\t ");
    if (*at == '@') {
        at += strcspn(at, " \t");
        at += strspn(at, "\t ");
    }
    if (!islower((unsigned char)*at) || strchr(line, ';') == NULL) {
        return NULL;
    }
    at += strcspn(at, " \t;");
    return at + strspn(at, "\t ");
}

static bool replace(const char *line, const char *from, size_t length, const char *with, char *mutant,
                    size_t size)
{
    int written = snprintf(mutant, size, "%.*s%s%s", (int)(from - line), line, with, from + length);
    return written > 0 && (size_t)written < size;
}

/* The variant-th number that stands alone: 1 more, or for floats bit 8 flipped. */
static bool change_constant(unsigned variant, const char *line, char *mutant, size_t size)
{
    for (const char *at = operands_of(line); at != NULL && *at != '\0'; at++) {
        char before = at[-1];
        if (!isdigit((unsigned char)*at) || isalnum((unsigned char)before) ||
            strchr("_$%.", before) != NULL) {
            continue;
        }
        size_t length = 0;
        while (isalnum((unsigned char)at[length])) {
            length++;
        }
        if (variant-- > 0) {
            at += length - 1;
            continue;
        }
        char number[40];
        bool is_float = length > 9 && at[0] == '0' && (at[1] == 'f' || at[1] == 'd');
        if (is_float) {
            char digit[2] = {at[length - 3], '\0'};
            (void)snprintf(number, sizeof number, "%.*s%lx%.2s", (int)length - 3, at,
                           strtoul(digit, NULL, 16) ^ 1UL, at + length - 2);
        } else {
            (void)snprintf(number, sizeof number, "%llu", strtoull(at, NULL, 0) + 1);
        }
        return replace(line, at, length, number, mutant, size);
    }
    return false;
}

/* The last two operands. */
static bool swap_operands(const char *line, char *mutant, size_t size)
{
    static const char *const commutative[] = {"add.", "mul.",    "and.",    "or.", "xor.", "min.",
                                              "max.", "setp.eq", "setp.ne", "st.", "ld."};
    const char *operands = operands_of(line), *end = strchr(line, ';');
    if (operands == NULL || strchr(line, '[') != NULL || strchr(line, '{') != NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof commutative / sizeof commutative[0]; i++) {
        if (strstr(line, commutative[i]) != NULL && strstr(line, commutative[i]) < operands) {
            return false;
        }
    }
    const char *last = end;
    while (last > operands && *last != ',') {
        last--;
    }
    const char *middle = last - 1;
    while (middle > operands && *middle != ',') {
        middle--;
    }
    if (last <= operands || middle <= operands) {
        return false;
    }
    int written = snprintf(mutant, size, "%.*s,%.*s,%.*s%s", (int)(middle - line), line,
                           (int)(end - last - 1), last + 1, (int)(last - middle - 1), middle + 1, end);
    return written > 0 && (size_t)written < size && strcmp(line, mutant) != 0;
}

/* The variant-th source becomes %NAME9999, which the test declares. */
static bool forget_register(unsigned variant, const char *line, char *mutant, size_t size)
{
    const char *operands = operands_of(line);
    bool stores = strstr(line, "st.") != NULL;
    const char *at = operands == NULL ? NULL : stores ? operands : strchr(operands, ',');
    while (at != NULL && (at = strchr(at, '%')) != NULL) {
        size_t letters = 1 + strspn(at + 1, "prfsdh"), length = letters + strspn(at + letters, "0123456789");
        if (length > letters && variant-- == 0) {
            char name[24];
            (void)snprintf(name, sizeof name, "%.*s9999", (int)letters, at);
            return replace(line, at, length, name, mutant, size);
        }
        at++;
    }
    return false;
}

static bool store_too_far(const char *line, char *mutant, size_t size)
{
    const char *store = strstr(line, "st.global"), *bracket = strchr(line, ']');
    if (store == NULL || bracket == NULL) {
        return false;
    }
    const char *further = strstr(line, ".v4") != NULL                                  ? "+16]"
                          : strstr(line, "64") != NULL && strstr(line, "64") < bracket ? "+8]"
                                                                                       : "+4]";
    const char *plus = strchr(line, '+');
    char with[32];
    if (plus != NULL && plus < bracket) {
        (void)snprintf(with, sizeof with, "+%ld]",
                       strtol(plus + 1, NULL, 10) + strtol(further + 1, NULL, 10));
        return replace(line, plus, (size_t)(bracket + 1 - plus), with, mutant, size);
    }
    return replace(line, bracket, 1, further, mutant, size);
}

/* The guarded branch is always taken. */
static bool lose_guard(const char *line, char *mutant, size_t size)
{
    const char *guard = strchr(line, '@');
    return guard != NULL && replace(line, guard, strcspn(guard, " \t"), "", mutant, size);
}

static bool change_opcode(unsigned variant, const char *line, char *mutant, size_t size)
{
    static const char *const others[][2] = {
        {"add.rn.", "sub.rn."}, {"sub.rn.", "add.rn."}, {"xor.b", "or.b"},    {"and.b", "or.b"},
        {"or.b", "xor.b"},      {".lt.", ".le."},       {".gt.", ".ge."},     {".ge.", ".gt."},
        {".le.", ".lt."},       {".eq.", ".ne."},       {".ne.", ".eq."},     {"shr.s", "shr.u"},
        {"mul.lo", "mul.hi"},   {"add.s", "sub.s"},     {"mul.rn", "add.rn"}, {"max.", "min."},

        {"f32.s32", "f32.u32"}};
    const char *operands = operands_of(line);
    for (size_t i = 0; operands != NULL && i < sizeof others / sizeof others[0]; i++) {
        const char *at = strstr(line, others[i][0]);
        if (at != NULL && at < operands && variant-- == 0) {
            return replace(line, at, strlen(others[i][0]), others[i][1], mutant, size);
        }
    }
    return false;
}

bool mutate_line(mutation kind, unsigned variant, const char *line, char *mutant, size_t size)
{
    if (operands_of(line) == NULL) {
        return false;
    }
    switch (kind) {
    case CHANGED_CONSTANT: return change_constant(variant, line, mutant, size);
    case SWAPPED_OPERANDS: return variant == 0 && swap_operands(line, mutant, size);
    case UNINITIALIZED_REGISTER: return forget_register(variant, line, mutant, size);
    case STORE_TOO_FAR: return variant == 0 && store_too_far(line, mutant, size);
    case LOST_INSTRUCTION: mutant[0] = '\0'; return variant == 0 && strstr(line, "ret;") == NULL;
    case LOST_GUARD: return variant == 0 && lose_guard(line, mutant, size);
    default: return change_opcode(variant, line, mutant, size);
    }
}
