#include <criterion/criterion.h>

Test(flow, none) { cr_assert(1); }
