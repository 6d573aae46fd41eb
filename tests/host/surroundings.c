#include "surroundings.h"

#include "support.h"

#include <string.h>

surroundings surroundings_now(void)
{
    surroundings now;
    memset(&now, 0, sizeof now); /* also the words of the mask that the kernel does not have */
    now.floating_point = mode_now();
    now.locale = uselocale((locale_t)0);
    (void)pthread_sigmask(SIG_BLOCK, NULL, &now.blocked);
    return now;
}

void check_surroundings(const surroundings *before, const char *function)
{
    const surroundings after = surroundings_now();
    CHECK(is_same_mode(&before->floating_point, &after.floating_point),
          "%s: the floating-point mode is another", function);
    CHECK(before->locale == after.locale, "%s: the locale is another", function);
    CHECK(memcmp(&before->blocked, &after.blocked, sizeof after.blocked) == 0,
          "%s: other signals are blocked", function);
}
