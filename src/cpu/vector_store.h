/* From a batch's raw values to the tensor's, on vectors. */
#ifndef GLR_CPU_VECTOR_STORE_H
#define GLR_CPU_VECTOR_STORE_H

#include "kernel.h"

#include <string.h>

/* How and as what values are stored: a constant where the functions below are inlined. */
typedef struct store_form {
    glr_dtype dtype;
    uint32_t raw_size, size; /* bytes of a raw value and of an element */
    uint32_t lanes;          /* values of a vector */
    int nontemporal;         /* past the caches; the destination is then a multiple of a vector's bytes */
    /* The plan's, copied: to the compiler, each store to dst might change the plan. */
    float scale, shift;
    double scale_f64, shift_f64;
} store_form;

/* Scales a vector of float32 values, rounds and stores it. */
GLR_FN void store_vector_f32(const unsigned char *raw, store_form form, unsigned char *dst)
{
    const glr_f32 values = glr_scaled(glr_load_f32(raw), form.scale, form.shift);
    const glr_u32 codes = glr_code_of(values, (uint32_t)form.dtype);
    switch (form.size) {
    case 1:
        if (form.nontemporal) {
            glr_store_nt_u8(dst, codes);
        } else {
            glr_store_u8(dst, codes);
        }
        break;
    case 2:
        if (form.nontemporal) {
            glr_store_nt_u16(dst, codes);
        } else {
            glr_store_u16(dst, codes);
        }
        break;
    default:
        if (form.nontemporal) {
            glr_store_nt_f32(dst, values);
        } else {
            glr_store_f32(dst, values);
        }
    }
}

GLR_FN void store_vector(const unsigned char *raw, store_form form, unsigned char *dst)
{
    if (form.dtype != GLR_DTYPE_FLOAT64) {
        store_vector_f32(raw, form, dst);
        return;
    }
    glr_f64 values = glr_scaled_f64(glr_load_f64(raw), form.scale_f64, form.shift_f64);
    if (form.nontemporal) {
        glr_store_nt_f64(dst, values);
    } else {
        glr_store_f64(dst, values);
    }
}

/* Stores less than a vector. */
GLR_FN void store_few(const unsigned char *raw, uint64_t count, store_form form, unsigned char *dst)
{
    unsigned char values[sizeof(glr_f32)] = {0}, stored[sizeof(glr_f32)];
    memcpy(values, raw, count * form.raw_size);
    form.nontemporal = 0;
    store_vector(values, form, stored);
    memcpy(dst, stored, count * form.size);
}

GLR_FN void store_run(const unsigned char *raw, uint64_t count, store_form form, unsigned char *dst)
{
    uint64_t i = 0;
    for (; i + form.lanes <= count; i += form.lanes) {
        store_vector(raw + i * form.raw_size, form, dst + i * form.size);
    }
    if (i < count) {
        store_few(raw + i * form.raw_size, count - i, form, dst + i * form.size);
    }
}

/* Non-temporal stores need whole vectors at multiples of their size: what comes before the first is stored
   as usual. So is everything if the elements are at addresses that are not multiples of their size. */
GLR_FN void store_as(const unsigned char *raw, uint64_t count, store_form form, unsigned char *dst)
{
    const uint64_t vector = (uint64_t)form.lanes * form.size;
    const uint64_t before = (vector - (uintptr_t)dst % vector) % vector / form.size;
    if (!form.nontemporal || count < before || (uintptr_t)dst % form.size != 0) {
        form.nontemporal = 0;
        store_run(raw, count, form, dst);
        return;
    }
    store_few(raw, before, form, dst);
    store_run(raw + before * form.raw_size, count - before, form, dst + before * form.size);
}

/* `nontemporal` is a constant where this is inlined. */
GLR_FN void store_values(const glr_plan *plan, const void *raw, uint64_t count, int nontemporal, void *dst)
{
#define GLR_STORE_AS(NAME, number, name, bits, ...)                                                          \
    case GLR_DTYPE_##NAME:                                                                                   \
        store_as(raw, count,                                                                                 \
                 (store_form){GLR_DTYPE_##NAME, (bits) == 64 ? 8 : 4, (bits) / 8,                            \
                              (bits) == 64 ? GLR_LANES_F64 : GLR_LANES, nontemporal, plan->scale,            \
                              plan->shift, plan->scale_f64, plan->shift_f64},                                \
                 dst);                                                                                       \
        break;
    switch (plan->dtype) {
        GLR_FOR_EACH_DTYPE(GLR_STORE_AS, GLR_STORE_AS, GLR_NO_INTEGER, GLR_NO_POWER)
    default: break; /* nothing is drawn for others */
    }
#undef GLR_STORE_AS
}

#endif
