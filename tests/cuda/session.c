#include "session.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

void *session_image(void)
{
    FILE *file = fopen(FATBIN, "rb");
    cr_assert_not_null(file, "%s", FATBIN);
    cr_assert_eq(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    cr_assert_gt(size, 0);
    rewind(file);
    unsigned char *image = malloc((size_t)size + 1);
    cr_assert_not_null(image);
    cr_assert_eq(fread(image, 1, (size_t)size, file), (size_t)size);
    image[size] = 0;
    (void)fclose(file);
    return image;
}

session session_open(const void *image, size_t bytes)
{
    session s = {NULL, NULL, 0, bytes};
    cr_assert_eq(cuInit(0), CUDA_SUCCESS);
    cr_assert_eq(cuDevicePrimaryCtxRetain(&s.context, 0), CUDA_SUCCESS);
    cr_assert_eq(cuCtxPushCurrent_v2(s.context), CUDA_SUCCESS);
    cr_assert_eq(cuModuleLoadData(&s.module, image), CUDA_SUCCESS, "%s", ptxsim_last_fault());
    cr_assert_eq(cuMemAlloc_v2(&s.memory, bytes), CUDA_SUCCESS);
    return s;
}

void session_close(session *s)
{
    (void)cuMemFree_v2(s->memory);
    cr_assert_eq(cuModuleUnload(s->module), CUDA_SUCCESS);
    cr_assert_eq(cuCtxPopCurrent_v2(NULL), CUDA_SUCCESS);
    cr_assert_eq(cuDevicePrimaryCtxRelease_v2(0), CUDA_SUCCESS);
    cr_assert_eq(inject_count_live(ptxsim_injector(), NULL), 0);
}

CUresult session_run(session *s, const char *kernel, const request *r, unsigned grid, unsigned block)
{
    CUfunction function = NULL;
    cr_assert_eq(cuModuleGetFunction(&function, s->module, kernel), CUDA_SUCCESS);
    request copy = *r;
    void *parameters[] = {&s->memory, &copy};
    CUresult result = cuLaunchKernel(function, grid, 1, 1, block, 1, 1, 0, NULL, parameters, NULL);
    return result == CUDA_SUCCESS ? cuCtxSynchronize() : result;
}

void session_read(const session *s, void *to, size_t bytes)
{
    cr_assert_eq(cuMemcpyDtoH_v2(to, s->memory, bytes), CUDA_SUCCESS);
}
