/* Signals that end the command: work stops at the next window, files are removed, and then the signal kills.
 */
#ifndef GLR_CLI_INTERRUPT_H
#define GLR_CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP are remembered, and SIGXFSZ is ignored. */
void glr_interrupt_catch(void);

/* Whether one has come. */
bool glr_interrupted(void);

/* Dies by the signal that came, if one did, so that the shell sees 128 + signal. */
void glr_interrupt_die(void);

#endif
