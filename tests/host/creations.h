/* The threads that the shared library makes: counted, and refused. */
#ifndef GLR_TEST_HOST_CREATIONS_H
#define GLR_TEST_HOST_CREATIONS_H

/* How many the library has asked for since the program began, or since refuse_creations. */
int creations(void);

/* Counts anew, and lets the numbers first to last, from 1, fail as where the system has no more threads. */
void refuse_creations(int first, int last);

#endif
