/*
 * Fills weights in memory of the CUDA runtime's, on a stream of the program's, and captures the fill into a
 * CUDA graph. Both C and C++, so that it is an example for .cu files, too.
 *
 * Build it with an installed glorand and the CUDA toolkit, by the C compiler or by nvcc:
 *
 *     cc -std=c11 -o fill_cuda fill_cuda.c $(pkg-config --cflags --libs glorand) -lcudart
 *     nvcc -x cu -o fill_cuda fill_cuda.c $(pkg-config --cflags --libs glorand)
 */
#include <glorand/cuda.h>

#include <cuda_runtime_api.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ROWS    4096
#define COLUMNS 1024
#define BYTES   (ROWS * COLUMNS * sizeof(float))

static int is_done(const char *what, cudaError_t error)
{
    if (error != cudaSuccess) {
        fprintf(stderr, "fill_cuda: %s: %s\n", what, cudaGetErrorString(error));
    }
    return error == cudaSuccess;
}

/* Enqueues the fill. The stream goes on without waiting; what follows in it finds the weights filled. */
static int fill(glr_device *device, float *weights, cudaStream_t stream)
{
    glr_initializer initializer = glr_glorot_normal(42);
    glr_tensor tensor = {0};
    tensor.dtype = GLR_DTYPE_FLOAT32;
    tensor.rank = 2;
    tensor.shape[0] = ROWS;
    tensor.shape[1] = COLUMNS;
    if (glr_cuda_fill(device, &initializer, &tensor, (uintptr_t)weights, BYTES, stream) != GLR_OK) {
        fprintf(stderr, "fill_cuda: %s\n", glr_last_error());
        return 0;
    }
    return 1;
}

/* The same as a graph, which can be launched again and again. */
static int fill_by_graph(glr_device *device, float *weights, cudaStream_t stream)
{
    cudaGraph_t graph = NULL;
    cudaGraphExec_t exec = NULL;
    int done = is_done("cudaStreamBeginCapture", cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
    if (done) {
        done = fill(device, weights, stream);
        done = is_done("cudaStreamEndCapture", cudaStreamEndCapture(stream, &graph)) && done;
    }
    done = done && is_done("cudaGraphInstantiate", cudaGraphInstantiateWithFlags(&exec, graph, 0)) &&
           is_done("cudaGraphLaunch", cudaGraphLaunch(exec, stream)) &&
           is_done("cudaStreamSynchronize", cudaStreamSynchronize(stream));
    if (exec != NULL) {
        (void)cudaGraphExecDestroy(exec);
    }
    if (graph != NULL) {
        (void)cudaGraphDestroy(graph);
    }
    return done;
}

static int show(const float *weights, cudaStream_t stream)
{
    float first[3];
    int done = is_done("cudaMemcpyAsync",
                       cudaMemcpyAsync(first, weights, sizeof first, cudaMemcpyDeviceToHost, stream)) &&
               is_done("cudaStreamSynchronize", cudaStreamSynchronize(stream));
    if (done) {
        printf("first values: %.9g %.9g %.9g\n", (double)first[0], (double)first[1], (double)first[2]);
    }
    return done;
}

int main(void)
{
    float *weights = NULL;
    cudaStream_t stream = NULL;
    glr_device *device = NULL;
    /* The runtime makes the device's primary context current, which glr_cuda_open then takes. */
    int done = is_done("cudaMalloc", cudaMalloc((void **)&weights, BYTES)) &&
               is_done("cudaStreamCreate", cudaStreamCreate(&stream));
    if (done && glr_cuda_open(NULL, &device) != GLR_OK) {
        fprintf(stderr, "fill_cuda: %s\n", glr_last_error());
        done = 0;
    }
    done = done && fill(device, weights, stream) && show(weights, stream) &&
           fill_by_graph(device, weights, stream) && show(weights, stream);
    glr_close(device);
    if (stream != NULL) {
        (void)cudaStreamDestroy(stream);
    }
    (void)cudaFree(weights);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
