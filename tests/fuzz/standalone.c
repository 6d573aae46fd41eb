/* Runs a fuzz target with the files of folders, where the compiler has no libFuzzer.

   usage: PROGRAM FOLDER... */
#include "check.h"

#include <dirent.h>
#include <string.h>

/* Targets that need nothing before their inputs have none of their own. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0);
    const long length = ftell(file);
    CHECK(length >= 0 && fseek(file, 0, SEEK_SET) == 0);
    uint8_t *data = malloc((size_t)length + (length == 0)); /* as long as it is: reads beyond it are found */
    CHECK(data != NULL && fread(data, 1, (size_t)length, file) == (size_t)length && fclose(file) == 0);
    (void)LLVMFuzzerTestOneInput(data, (size_t)length);
    free(data);
}

static size_t run_folder(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    size_t count = 0;
    CHECK(folder != NULL);
    while ((entry = readdir(folder)) != NULL) { /* NOLINT(concurrency-mt-unsafe): ours */
        char name[4096];
        if (entry->d_name[0] != '.') {
            CHECK((size_t)snprintf(name, sizeof name, "%s/%s", path, entry->d_name) < sizeof name);
            (void)fprintf(stderr, "%s\n", name); /* the last line names what went wrong */
            run_file(name);
            count++;
        }
    }
    CHECK(closedir(folder) == 0);
    return count;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    CHECK(LLVMFuzzerInitialize(&argc, &argv) == 0);
    for (int i = 1; i < argc; i++) {
        count += run_folder(argv[i]);
    }
    CHECK(count > 0);
    return 0;
}
