#include <criterion/criterion.h>

Test(driver, none) { cr_assert(1); }
