/* An ordinary program of CUDA's driver API: loads a kernel, launches it, and checks what it gives.
 *
 *     saxpy FILE.ptx KERNEL */
#if __has_include(<cuda.h>)
#include <cuda.h>
#else /* a machine without the toolkit */
#include "ptxsim/driver/cuda_driver.h"
#endif

#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 100, BLOCK = 64 };

/* Ends the program if a call failed. */
static void check(CUresult result, const char *call)
{
    const char *name = NULL;
    if (result != CUDA_SUCCESS) {
        (void)cuGetErrorName(result, &name);
        (void)fprintf(stderr, "%s: %s\n", call, name == NULL ? "unknown" : name);
        exit(1);
    }
}

#define CHECK(call) check(call, #call)

static char *read_text(const char *path)
{
    static char text[100000];
    FILE *file = fopen(path, "r");
    const size_t length = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
    if (length == 0 || fclose(file) != 0) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    return text;
}

int main(int argc, char **argv)
{
    CUdevice device;
    CUcontext context;
    CUmodule module;
    CUfunction kernel;
    CUdeviceptr x, y;
    float values[COUNT], result[COUNT];
    if (argc != 3) {
        (void)fprintf(stderr, "usage: saxpy FILE.ptx KERNEL\n");
        return 2;
    }
    for (int i = 0; i < COUNT; i++) {
        values[i] = (float)i;
    }
    CHECK(cuInit(0));
    CHECK(cuDeviceGet(&device, 0));
    CHECK(cuDevicePrimaryCtxRetain(&context, device));
    CHECK(cuCtxSetCurrent(context));
    CHECK(cuModuleLoadData(&module, read_text(argv[1])));
    CHECK(cuModuleGetFunction(&kernel, module, argv[2]));
    CHECK(cuMemAlloc_v2(&x, sizeof values));
    CHECK(cuMemAlloc_v2(&y, sizeof values));
    CHECK(cuMemcpyHtoD_v2(x, values, sizeof values));
    CHECK(cuMemcpyHtoD_v2(y, values, sizeof values));
    int n = COUNT;
    float a = 2;
    void *parameters[] = {&n, &a, &x, &y};
    CHECK(cuLaunchKernel(kernel, (COUNT + BLOCK - 1) / BLOCK, 1, 1, BLOCK, 1, 1, 0, NULL, parameters, NULL));
    CHECK(cuCtxSynchronize());
    CHECK(cuMemcpyDtoH_v2(result, y, sizeof result));
    for (int i = 0; i < COUNT; i++) {
        if (result[i] != 3 * values[i]) {
            (void)printf("y[%d] is %g, not %g\n", i, (double)result[i], (double)(3 * values[i]));
            return 1;
        }
    }
    (void)printf("%d values are right\n", COUNT);
    return 0;
}
