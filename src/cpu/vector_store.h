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
} store_form;

GLR_FN void store_codes_16(glr_u32 codes, int nontemporal, unsigned char *dst)
{
    if (nontemporal) {
        glr_store_nt_u16(dst, codes);
    } else {
        glr_store_u16(dst, codes);
    }
}

GLR_FN void store_codes_8(glr_u32 codes, int nontemporal, unsigned char *dst)
{
    if (nontemporal) {
        glr_store_nt_u8(dst, codes);
    } else {
        glr_store_u8(dst, codes);
    }
}

/* Scales a vector of float32 values and stores it. */
GLR_FN void store_vector_f32(const glr_plan *plan, const unsigned char *raw, store_form form,
                             unsigned char *dst)
{
    const glr_format float16 = GLR_FORMAT_FLOAT16, bfloat16 = GLR_FORMAT_BFLOAT16;
    const glr_format e4m3fn = GLR_FORMAT_FLOAT8_E4M3FN, e5m2 = GLR_FORMAT_FLOAT8_E5M2;
    glr_f32 values = glr_scaled(glr_load_f32(raw), plan->scale, plan->shift);
    switch (form.dtype) {
    case GLR_DTYPE_FLOAT16: store_codes_16(glr_round_to(values, float16, 16), form.nontemporal, dst); break;
    case GLR_DTYPE_BFLOAT16: store_codes_16(glr_round_to(values, bfloat16, 16), form.nontemporal, dst); break;
    case GLR_DTYPE_FLOAT8_E4M3FN:
        store_codes_8(glr_round_to(values, e4m3fn, 8), form.nontemporal, dst);
        break;
    case GLR_DTYPE_FLOAT8_E5M2: store_codes_8(glr_round_to(values, e5m2, 8), form.nontemporal, dst); break;
    default:
        if (form.nontemporal) {
            glr_store_nt_f32(dst, values);
        } else {
            glr_store_f32(dst, values);
        }
    }
}

GLR_FN void store_vector(const glr_plan *plan, const unsigned char *raw, store_form form, unsigned char *dst)
{
    if (form.dtype != GLR_DTYPE_FLOAT64) {
        store_vector_f32(plan, raw, form, dst);
        return;
    }
    glr_f64 values = glr_scaled_f64(glr_load_f64(raw), plan->scale_f64, plan->shift_f64);
    if (form.nontemporal) {
        glr_store_nt_f64(dst, values);
    } else {
        glr_store_f64(dst, values);
    }
}

/* Stores less than a vector. */
GLR_FN void store_few(const glr_plan *plan, const unsigned char *raw, uint64_t count, store_form form,
                      unsigned char *dst)
{
    unsigned char values[sizeof(glr_f32)] = {0}, stored[sizeof(glr_f32)];
    memcpy(values, raw, count * form.raw_size);
    form.nontemporal = 0;
    store_vector(plan, values, form, stored);
    memcpy(dst, stored, count * form.size);
}

GLR_FN void store_run(const glr_plan *plan, const unsigned char *raw, uint64_t count, store_form form,
                      unsigned char *dst)
{
    uint64_t i = 0;
    for (; i + form.lanes <= count; i += form.lanes) {
        store_vector(plan, raw + i * form.raw_size, form, dst + i * form.size);
    }
    if (i < count) {
        store_few(plan, raw + i * form.raw_size, count - i, form, dst + i * form.size);
    }
}

/* Non-temporal stores need whole vectors at multiples of their size: what comes before the first is stored
   as usual. So is everything if the elements are at addresses that are not multiples of their size. */
GLR_FN void store_as(const glr_plan *plan, const unsigned char *raw, uint64_t count, store_form form,
                     unsigned char *dst)
{
    const uint64_t vector = (uint64_t)form.lanes * form.size;
    const uint64_t before = (vector - (uintptr_t)dst % vector) % vector / form.size;
    if (!form.nontemporal || count < before || (uintptr_t)dst % form.size != 0) {
        form.nontemporal = 0;
        store_run(plan, raw, count, form, dst);
        return;
    }
    store_few(plan, raw, before, form, dst);
    store_run(plan, raw + before * form.raw_size, count - before, form, dst + before * form.size);
}

/* `nontemporal` is a constant where this is inlined. */
GLR_FN void store_values(const glr_plan *plan, const void *raw, uint64_t count, int nontemporal, void *dst)
{
#define GLR_STORE_AS(dtype, raw_size, size, lanes)                                                           \
    store_as(plan, raw, count, (store_form){dtype, raw_size, size, lanes, nontemporal}, dst)
    switch (plan->dtype) {
    case GLR_DTYPE_FLOAT64: GLR_STORE_AS(GLR_DTYPE_FLOAT64, 8, 8, GLR_LANES_F64); break;
    case GLR_DTYPE_FLOAT16: GLR_STORE_AS(GLR_DTYPE_FLOAT16, 4, 2, GLR_LANES); break;
    case GLR_DTYPE_BFLOAT16: GLR_STORE_AS(GLR_DTYPE_BFLOAT16, 4, 2, GLR_LANES); break;
    case GLR_DTYPE_FLOAT8_E4M3FN: GLR_STORE_AS(GLR_DTYPE_FLOAT8_E4M3FN, 4, 1, GLR_LANES); break;
    case GLR_DTYPE_FLOAT8_E5M2: GLR_STORE_AS(GLR_DTYPE_FLOAT8_E5M2, 4, 1, GLR_LANES); break;
    default: GLR_STORE_AS(GLR_DTYPE_FLOAT32, 4, 4, GLR_LANES);
    }
#undef GLR_STORE_AS
}

#endif
