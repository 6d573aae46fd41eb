/* Signals that end the command: work stops at the next piece, the unfinished file is removed, and then the
   signal kills. */
#ifndef GLR_CLI_INTERRUPT_H
#define GLR_CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on signals that would end the process are remembered, except those that somebody else handles or
   ignores. Those of a crash, which cannot be remembered, and exit remove the file that glr_interrupt_removes
   names. */
void glr_interrupt_catch(void);

/* Whether one has come. */
bool glr_interrupted(void);

/* Dies by the signal that came, if one did, so that the shell sees 128 + signal. */
void glr_interrupt_die(void);

/* The file that is to be removed if the process ends, or NULL. The text must stay until the next call. */
void glr_interrupt_removes(const char *path);

#endif
