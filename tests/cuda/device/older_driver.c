/* A driver that says that it is of CUDA 12.0, and is otherwise the one that the system has: a library of this
   function alone, which needs libcuda.so.1. Who loads it, by GLORAND_CUDA_LIBRARY, finds all other functions
   there. So any GPU can be given the kernels that glorand has for drivers before r580. */
int cuDriverGetVersion(int *version);

__attribute__((visibility("default"))) int cuDriverGetVersion(int *version)
{
    *version = 12000;
    return 0;
}
