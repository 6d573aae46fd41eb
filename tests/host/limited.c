/* Runs a command as an ordinary user who may have few processes and threads, since such limits do not hold
   for root.

   usage: host_limited PROCESSES COMMAND ARGUMENT...

   Exits with 77 where that cannot be. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define USER 65532 /* nobody else's */

int main(int argc, char **argv)
{
    if (argc < 3) {
        return 2;
    }
    const rlim_t processes = strtoul(argv[1], NULL, 10);
    const struct rlimit max = {processes, processes};
    if ((getuid() == 0 && setresuid(USER, USER, USER) != 0) || setrlimit(RLIMIT_NPROC, &max) != 0) {
        (void)printf("skipped: no limit on processes: %s\n", strerror(errno));
        return 77;
    }
    (void)execv(argv[2], argv + 2);
    (void)printf("skipped: %s: %s\n", argv[2], strerror(errno));
    return 77;
}
