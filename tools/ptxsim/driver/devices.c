/* Devices: all alike, like a large GPU of today. */
#include "state.h"

#include <stdio.h>
#include <string.h>

static bool is_device(CUdevice device) { return device >= 0 && device < ptxsim.devices; }

static CUresult give_count(int *count)
{
    *count = ptxsim.devices;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int *count) { CALL("cuDeviceGetCount", give_count(count)); }

static CUresult give_device(CUdevice *device, int ordinal)
{
    if (!is_device(ordinal)) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    *device = ordinal;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) { CALL("cuDeviceGet", give_device(device, ordinal)); }

static CUresult give_name(char *name, int length, CUdevice device)
{
    if (!is_device(device) || length <= 0) {
        return is_device(device) ? CUDA_ERROR_INVALID_VALUE : CUDA_ERROR_INVALID_DEVICE;
    }
    (void)snprintf(name, (size_t)length, "Stand-in %d", device);
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetName(char *name, int length, CUdevice device)
{
    CALL("cuDeviceGetName", give_name(name, length, device));
}

/* CUdevice_attribute and its value; 75 and 76 are the compute capability. */
static const struct {
    int attribute, value;
} attributes[] = {
    {1, 1024},                                   /* threads of a block */
    {2, 1024},                                   /* its extents */
    {3, 1024},      {4, 64},    {5, 2147483647}, /* extents of a grid */
    {6, 65535},     {7, 65535}, {8, 49152},      /* shared memory of a block */
    {9, 65536},                                  /* constant memory */
    {10, 32},                                    /* lanes of a warp */
    {12, 65536},                                 /* registers of a block */
    {13, 1980000},                               /* clock in kHz */
    {14, 512},                                   /* alignment of textures */
    {15, 1},                                     /* copies beside kernels */
    {16, 132},                                   /* multiprocessors */
    {17, 0},                                     /* no limit on run time */
    {18, 0},                                     /* not integrated */
    {19, 1},                                     /* maps host memory */
    {31, 1},                                     /* concurrent kernels */
    {33, 1},                                     /* PCI bus */
    {34, 0},        {50, 0},    {36, 2619000},   /* memory clock in kHz */
    {37, 5120},                                  /* memory bus in bits */
    {38, 52428800},                              /* L2 cache */
    {39, 2048},                                  /* threads of a multiprocessor */
    {40, 3},                                     /* copy engines */
    {41, 1},                                     /* unified addressing */
    {78, 1},                                     /* stream priorities */
    {81, 233472},                                /* shared memory of a multiprocessor */
    {82, 65536},                                 /* its registers */
    {83, 1},                                     /* managed memory */
    {88, 0},                                     /* no access to pageable memory */
    {89, 1},                                     /* concurrent managed access */
    {97, 232448},                                /* shared memory of a block that opts in */
    {106, 32},                                   /* blocks of a multiprocessor */
};

static CUresult give_attribute(int *value, int attribute, CUdevice device)
{
    if (!is_device(device)) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    if (attribute == 20) {
        *value = ptxsim.compute_mode;
        return CUDA_SUCCESS;
    }
    if (attribute == 75 || attribute == 76) {
        *value = attribute == 75 ? ptxsim.major : ptxsim.minor;
        return CUDA_SUCCESS;
    }
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        if (attributes[i].attribute == attribute) {
            *value = attributes[i].value;
            return CUDA_SUCCESS;
        }
    }
    return CUDA_ERROR_INVALID_VALUE;
}

CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device)
{
    CALL("cuDeviceGetAttribute", give_attribute(value, attribute, device));
}

static CUresult give_memory(size_t *bytes, CUdevice device)
{
    *bytes = ptxsim.device_memory;
    return is_device(device) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device)
{
    CALL("cuDeviceTotalMem_v2", give_memory(bytes, device));
}

static CUresult give_uuid(CUuuid *uuid, CUdevice device)
{
    memset(uuid, 0, sizeof *uuid);
    memcpy(uuid->bytes, "stand-in", 8);
    uuid->bytes[15] = (char)device;
    return is_device(device) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}

CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice device) { CALL("cuDeviceGetUuid", give_uuid(uuid, device)); }

CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device)
{
    CALL("cuDeviceGetUuid_v2", give_uuid(uuid, device));
}
