/* Known answers: opcodes.txt, which opcodes.py wrote from the definitions of the PTX ISA. */
#include "ptx/ops.h"
#include "snippet.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_ROWS 20000

static char names[MAX_ROWS][32];

/* Every opcode named in the lines. */
static int note_names(const char *lines, int count)
{
    for (const char *at = lines; *at != '\0' && count < MAX_ROWS;) {
        at += strspn(at, " ");
        at += *at == '@' ? strcspn(at, " ") + 1 : 0;
        size_t length = strcspn(at, " ;");
        if (length > 0 && length < sizeof names[0]) {
            memcpy(names[count], at, length);
            names[count++][length] = '\0';
        }
        at += strcspn(at, ";");
        at += *at == ';' ? 1 : 0;
    }
    return count;
}

static bool is_noted(const char *name, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* A row of the table of opcodes that no known answer tests. Those that the parser makes itself are in the
   rows of what it makes them from. */
static void all_noted(const ptx_op *ops, int count)
{
    static const char *const made[] = {"pack.b32", "pack.b64", "pack4.b64", "low.b32",
                                       "high.b32", "low.b64",  "high.b64"};
    for (const ptx_op *op = ops; op->name != NULL; op++) {
        bool is_made = false;
        for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
            is_made = is_made || strcmp(made[i], op->name) == 0;
        }
        cr_assert(is_made || is_noted(op->name, count), "no known answer tests %s", op->name);
    }
}

Test(opcodes, known_answers)
{
    FILE *file = fopen(OPCODES, "r");
    cr_assert_not_null(file);
    char line[512];
    int rows = 0, noted = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        snippet s;
        uint64_t answer = 0;
        int length = 0;
        memset(&s, 0, sizeof s);
        cr_assert_eq(sscanf(line, "%c %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %n",
                            &s.result, &answer, &s.value[0], &s.value[1], &s.value[2], &s.value[3], &length),
                     6, "%s", line);
        line[strcspn(line, "\n")] = '\0';
        s.lines = line + length;
        ptx_launch launch;
        uint64_t result = snippet_run(&s, &launch);
        cr_expect_eq(launch.fault, PTX_FINE, "%s", launch.message);
        cr_expect_eq(result, answer, "%s: %" PRIx64, line, result);
        noted = note_names(s.lines, noted);
        rows++;
    }
    (void)fclose(file);
    cr_assert_gt(rows, 3000);
    all_noted(ptx_integer_ops, noted);
    all_noted(ptx_bit_ops, noted);
    all_noted(ptx_float_ops, noted);
    all_noted(ptx_compare_ops, noted);
}
