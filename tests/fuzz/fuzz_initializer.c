/* Any bytes as an initializer: what is read is written, and that is read as the same. */
#include "check.h"
#include "glorand/glorand.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    glr_initializer first = {0}, again = {0};
    char text[1024], second[1024];
    if (glr_initializer_from_json((const char *)data, length, &first) != GLR_OK) {
        CHECK(glr_last_error()[0] != '\0');
        return 0;
    }
    size_t used = 0;
    CHECK(glr_initializer_to_json(&first, text, sizeof text, &used) == GLR_OK);
    CHECK(glr_initializer_from_json(text, used, &again) == GLR_OK);
    CHECK(glr_initializer_to_json(&again, second, sizeof second, NULL) == GLR_OK);
    CHECK(strcmp(text, second) == 0);
    return 0;
}
