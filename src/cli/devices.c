/* glorand devices: lists devices, and tests them. */
#include "command.h"

#include "text/json.h"

#include <stdlib.h>

static const char help[] =
    "Usage: glorand devices [--json | --selftest]\n"
    "List the devices of every backend, and why one is not available.\n"
    "\n"
    "      --json             as JSON\n"
    "      --selftest         draw on every device, and compare each bit with the CPU's;\n"
    "                         exit status 1 means that one differs\n"
    "  -h, --help             print this text\n";

static const struct option options[] = {
    {"json", no_argument, NULL, 'j'},
    {"selftest", no_argument, NULL, 't'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void print_table(const glr_device_info *infos, size_t count)
{
    (void)printf("%-8s %-6s %-10s %s\n", "backend", "device", "available", "name, or why not");
    for (size_t i = 0; i < count; i++) {
        glr_cli_line(stdout, "%-8s %-6u %-10s %s", glr_backend_name(infos[i].backend), infos[i].device,
                     infos[i].available ? "yes" : "no", infos[i].available ? infos[i].name : infos[i].reason);
    }
}

static void write_device(glr_text *text, const glr_device_info *info)
{
    glr_text_add(text, "\n {\n  ");
    glr_text_name(text, "backend");
    glr_text_string(text, glr_backend_name(info->backend));
    glr_text_add(text, ",\n  ");
    glr_text_name(text, "device");
    glr_text_int64(text, info->device);
    glr_text_add(text, ",\n  ");
    glr_text_name(text, "available");
    glr_text_add(text, info->available ? "true" : "false");
    glr_text_add(text, ",\n  ");
    glr_text_name(text, "name");
    glr_text_string(text, info->name);
    glr_text_add(text, ",\n  ");
    glr_text_name(text, "reason");
    glr_text_string(text, info->reason);
    glr_text_add(text, "\n }");
}

static int print_json(const glr_device_info *infos, size_t count)
{
    glr_text text = {.spaced = true, .visible = true};
    for (size_t i = 0; i < count; i++) {
        glr_text_add(&text, i == 0 ? "[" : ",");
        write_device(&text, &infos[i]);
    }
    glr_text_add(&text, count == 0 ? "[]\n" : "\n]\n");
    return glr_cli_print(&text, "a device's name");
}

int glr_cli_devices(int argc, char **argv)
{
    int option;
    bool json = false, tests = false;
    while ((option = glr_cli_option(argc, argv, "h", options)) != -1) {
        switch (option) {
        case 'j': json = true; break;
        case 't': tests = true; break;
        case 'h': return fputs(help, stdout) < 0 ? EXIT_FAILED : EXIT_DONE;
        default: return glr_cli_common_option("devices", option, NULL);
        }
    }
    if (optind != argc) {
        return glr_cli_unexpected("devices", argv[optind]);
    }
    if (json && tests) {
        return glr_cli_fail(EXIT_USAGE, "--json and --selftest exclude each other");
    }
    size_t count = 0;
    if (glr_devices(NULL, 0, &count) != GLR_OK) {
        return glr_cli_fail(EXIT_FAILED, "%s", glr_last_error());
    }
    glr_device_info *infos = calloc(count + 1, sizeof *infos);
    if (infos == NULL || glr_devices(infos, count, &count) != GLR_OK) {
        free(infos);
        return glr_cli_fail(EXIT_FAILED, "the devices cannot be listed: %s",
                            infos == NULL ? "out of memory" : glr_last_error());
    }
    int status = EXIT_DONE;
    if (tests) {
        status = glr_self_test(infos, count);
    } else if (json) {
        status = print_json(infos, count);
    } else {
        print_table(infos, count);
    }
    free(infos);
    return status;
}
