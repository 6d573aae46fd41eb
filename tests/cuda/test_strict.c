#include <criterion/criterion.h>

Test(strict, none) { cr_assert(1); }
