#include <criterion/criterion.h>

Test(opcodes, none) { cr_assert(1); }
