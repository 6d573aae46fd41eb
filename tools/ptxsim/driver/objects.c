/* The list of all objects. */
#include "state.h"

#include <stdlib.h>

void *ptxsim_make(ptxsim_kind kind, size_t bytes, CUcontext context)
{
    static const char *const counted[] = {"context", "module", NULL,         "stream",
                                          "event",   "graph",  "graph exec", "device allocation"};
    ptxsim_object *object = calloc(1, bytes);
    if (object != NULL) {
        object->kind = kind;
        object->context = context;
        object->next = ptxsim.objects;
        ptxsim.objects = object;
        ptxsim_count_as(object, counted[kind]);
    }
    return object;
}

void ptxsim_count_as(void *object, const char *counted)
{
    ptxsim_object *head = object;
    if (head->counted != NULL) {
        inject_live(&ptxsim.calls, head->counted, -1);
    }
    head->counted = counted;
    if (counted != NULL) {
        inject_live(&ptxsim.calls, counted, 1);
    }
}

void ptxsim_unmake(void *object)
{
    for (ptxsim_object **at = &ptxsim.objects; *at != NULL; at = &(*at)->next) {
        if (*at == object) {
            *at = (*at)->next;
            ptxsim_count_as(object, NULL);
            free(object);
            return;
        }
    }
}

bool ptxsim_is(const void *object, ptxsim_kind kind)
{
    const ptxsim_object *at = ptxsim.objects;
    while (at != NULL && at != object) {
        at = at->next;
    }
    return at != NULL && at->kind == kind;
}

void *ptxsim_find(ptxsim_kind kind, const struct CUctx_st *context)
{
    ptxsim_object *at = ptxsim.objects;
    while (at != NULL && (at->kind != kind || at->context != context)) {
        at = at->next;
    }
    return at;
}
