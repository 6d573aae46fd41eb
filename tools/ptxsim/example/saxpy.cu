// y = a x + y. saxpy.ptx is what nvcc makes of it: nvcc -ptx -arch=sm_80 saxpy.cu
extern "C" __global__ void saxpy(int n, float a, const float *x, float *y)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        y[i] = a * x[i] + y[i];
    }
}

// The same without the check that the last block needs.
extern "C" __global__ void saxpy_unchecked(int n, float a, const float *x, float *y)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    y[i] = a * x[i] + y[i];
}
