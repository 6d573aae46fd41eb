/* Threads in a process of others: the pools of those that help to fill, how many there should be, and
 * starting one. */
#ifndef GLR_CPU_THREADS_H
#define GLR_CPU_THREADS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* The threads that help to fill: a pool for each device.

   A job is cut into chunks. The calling thread takes chunks one after the other until none is left, and so
   does each thread of the pool that has joined. Nothing depends on how many do: threads are made when a job
   first needs them, and where the system gives fewer, or none, the caller takes more chunks itself. */
typedef struct glr_pool glr_pool;

/* The chunks of a job, as one thread sees them. */
typedef struct glr_chunks glr_chunks;

/* Takes the next chunk, 0 to the job's count - 1; false when none is left. */
bool glr_next_chunk(glr_chunks *chunks, uint64_t *chunk);

/* A job, run by each thread: takes chunks until none is left. */
typedef void (*glr_job_function)(const void *context, glr_chunks *chunks);

/* A pool that gives a job `threads` threads at most, the caller's included. Makes none yet. NULL when memory
   ran out. */
glr_pool *glr_pool_open(uint32_t threads);

/* Joins the threads. No job may be running. */
void glr_pool_close(glr_pool *pool);

/* Runs a job to its end, with at most `threads` threads. Several callers' jobs run side by side, and share
   the pool's threads. */
void glr_pool_run(glr_pool *pool, uint32_t threads, uint64_t chunks, glr_job_function function,
                  const void *context);

/* Processors that the calling thread may use; at least 1. */
uint32_t glr_processors(void);

/* Whether the calling thread is inside a parallel region of an OpenMP runtime that the host has loaded. */
bool glr_in_parallel_region(void);

/* Starts a thread with a small stack that takes none of the process's signals. False when the system gives
 * none. */
bool glr_start_thread(pthread_t *thread, void *(*function)(void *), void *argument);

#endif
