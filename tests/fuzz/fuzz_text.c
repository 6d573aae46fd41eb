/* Any bytes as an initializer's text form: what is read is written, and that is read as the same. */
#include "check.h"
#include "glorand/glorand.h"

#include <string.h>

#define SAME(member) (memcmp(&first.member, &again.member, sizeof first.member) == 0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static const glr_variable variables[] = {{"n_layer", 12.0}, {"i", 0.0}, {"x", -1e300}};
    glr_initializer first = {0}, again = {0};
    char text[1024], second[1024];
    if (glr_initializer_from_text((const char *)data, length, variables, 3, &first) != GLR_OK) {
        CHECK(strncmp(glr_last_error(), "column ", strlen("column ")) == 0);
        return 0;
    }
    size_t used = 0;
    CHECK(glr_initializer_to_text(&first, text, sizeof text, &used) == GLR_OK);
    CHECK(glr_initializer_from_text(text, used, NULL, 0, &again) == GLR_OK);
    CHECK(SAME(kind) && SAME(value) && SAME(mean) && SAME(stddev) && SAME(minval) && SAME(maxval));
    CHECK(SAME(scale) && SAME(mode) && SAME(distribution) && SAME(method) && SAME(layout) && SAME(seeding));
    CHECK(SAME(seed) && SAME(stream) && SAME(key) && SAME(counter) && SAME(has_axes));
    CHECK(SAME(input_axis_count) && SAME(output_axis_count) && SAME(batch_axis_count));
    CHECK(SAME(lower) && SAME(upper) && SAME(lower_unit) && SAME(upper_unit));
    CHECK(SAME(input_axes) && SAME(output_axes) && SAME(batch_axes));
    CHECK(glr_initializer_to_text(&again, second, sizeof second, NULL) == GLR_OK);
    CHECK(strcmp(text, second) == 0);
    return 0;
}
