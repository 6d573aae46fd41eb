/* What the benchmark on GPUs says of an element that differs ends at the value of the CPU's fill. */
#define _GNU_SOURCE /* for fmemopen */
#include "api/make_plan.h"
#include "bench/gpu/gpu_case.h"

#include <criterion/criterion.h>
#include <string.h>

#define BYTES UINT64_C(4096)

Test(explain, ends_at_the_value_of_each_element)
{
    static char text[1 << 16];
    unsigned char drawn[BYTES];
    glr_device *cpu = NULL;
    const glr_options options = {.backend = GLR_BACKEND_CPU, .threads = 1};
    cr_assert_eq(glr_open(&options, &cpu), GLR_OK);
    for (size_t number = 0; number < gpu_case_count(); number++) {
        const gpu_case c = gpu_case_at(number, BYTES);
        if (c.is_strided) {
            continue;
        }
        glr_plan plan;
        uint64_t needed;
        const size_t size = (size_t)glr_dtype_size(c.tensor.dtype);
        cr_assert_eq(glr_fill(cpu, &c.initializer, &c.tensor, drawn, BYTES), GLR_OK);
        cr_assert_eq(glr_make_plan(&c.initializer, &c.tensor, &plan, &needed), GLR_OK);
        glr_seed_plan(&c.initializer, &plan);
        for (uint64_t i = 0; i < c.elements; i++) {
            uint64_t bits = 0;
            memcpy(&bits, drawn + i * size, size);
            FILE *out = fmemopen(text, sizeof text, "w");
            cr_assert_not_null(out);
            const uint64_t explained = explain(out, &plan, i);
            (void)fclose(out);
            cr_assert_eq(explained, bits, "%s, %s, element %llu: 0x%llx, and explained:\n%s", c.method,
                         glr_dtype_name(c.tensor.dtype), (unsigned long long)i, (unsigned long long)bits,
                         text);
        }
    }
    glr_close(cpu);
}
