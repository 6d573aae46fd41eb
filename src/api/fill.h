/* The one way from the call of a fill to a backend. */
#ifndef GLR_API_FILL_H
#define GLR_API_FILL_H

#include "backend.h"

/* Fills: checks the arguments, makes the plan, resolves the destination, and has the backend fill it. A part
   without elements needs no destination. Errors: as glr_fill, and those of the backend's order. */
glr_status glr_fill_to(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                       glr_destination *destination, const glr_order *order);

/* Fails unless the device is one of a backend, for a function that is named after it. */
glr_status glr_check_backend(const glr_device *device, const glr_backend *backend, const char *opened_by);

/* Fails unless a pointer, an argument that callers know as dst, is not NULL and has the bytes that are
 * needed. */
glr_status glr_check_room(const glr_destination *destination, uint64_t needed);

#endif
