#include <criterion/criterion.h>

Test(defects, none) { cr_assert(1); }
