/* Cases that every build of glorand must draw alike: tensors, each with an initializer and a name. */
#ifndef HASHES_CASES_H
#define HASHES_CASES_H

#include <glorand/glorand.h>

#define MAX_HASH_CASES 512
#define HASH_CASE_NAME 64

typedef struct hash_case {
    char name[HASH_CASE_NAME]; /* without spaces */
    glr_initializer initializer;
    glr_tensor tensor;
} hash_case;

/* Writes the cases to cases[0 .. MAX_HASH_CASES - 1], and returns how many they are. */
size_t hash_cases(hash_case cases[MAX_HASH_CASES]);

/* Whether the CPU alone draws a case, and GPUs refuse it by the initializer's name. */
int hash_case_is_of_cpu(const hash_case *one);

#endif
