/* Threads in a process of others. */
#ifndef GLR_CPU_THREAD_H
#define GLR_CPU_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts a thread with a small stack that takes none of the process's signals. False when the system gives
 * none. */
bool glr_start_thread(pthread_t *thread, void *(*function)(void *), void *argument);

#endif
