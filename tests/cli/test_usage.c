/* Help, versions, and every kind of bad usage: exit status 2, one message, nothing written. */
#include "glorand/glorand.h"
#include "support/files.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(usage, .init = enter_scratch);

Test(usage, help_goes_to_standard_output)
{
    static const char *const commands[] = {"", "fill", "init", "verify", "stats", "devices"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        outcome result = run("glorand %s --help", commands[i]);
        cr_expect_eq(result.status, 0, "%s", commands[i]);
        cr_expect_eq(strncmp(result.out, "Usage: glorand", 14), 0, "%s", result.out);
        cr_expect_str_eq(result.err, "");
    }
    outcome version = run("glorand --version");
    cr_expect_str_eq(version.out, "glorand " GLR_VERSION_STRING " (stream version 1)\n");
}

static const struct {
    const char *arguments, *message;
} bad[] = {
    {"", "a command is missing"},
    {"paint", "'paint' is not a command"},
    {"fill", "--initializer is missing"},
    {"fill -i zeros -n 2", "--output is missing"},
    {"fill -i zeros -o a.npy", "--shape is missing"},
    {"fill -i zeros -n 2 -o a.npy b", "unexpected argument 'b'; try 'glorand fill --help'"},
    {"fill -i zeros -n 2 -o a.txt", "a.txt: must end in .npy, .safetensors or .bin"},
    {"fill -i zeros -n 2 -o .npy", ".npy: must end in"},
    {"fill -i zeroes -n 2 -o a.npy", "--initializer: column 1: unknown initializer 'zeroes'"},
    {"fill -i skip -n 2 -o a.npy", "--initializer: column 1: unknown initializer 'skip'"},
    {"fill -i STFT -n 2 -o a.npy", "--initializer: column 1: the initializer 'STFT' is not supported"},
    {"fill -i orthogonal -n 2 -o a.npy", "tensor.rank: orthogonal needs at least 2 axes, not 1"},
    {"fill -i 'constant(n)' -n 2 -o a.npy", "--initializer: column 10: unknown variable 'n'"},
    {"fill -i ' {}' -n 2 -o a.npy", "--initializer: column 2: expected the name of an initializer, not '{'"},
    {"fill -i '\"zeroes\"' -n 2 -o a.npy", "--initializer: class_name: zeroes is not an initializer"},
    {"fill -i 'he_normal(seed=3)' -n 2 --seed 4 -o a.npy", "--seed: 4, but the initializer has the seed 3"},
    {"fill -i 'he_normal(key=[1, 2], counter=[0, 0, 0, 0])' -n 2 --seed 4 -o a.npy",
     "--seed: 4, but the initializer has a key and counter"},
    {"fill -i '{\"class_name\": }' -n 2 -o a.npy", "--initializer: line 1, column"},
    {"fill -i zeros -n 2,x -o a.npy", "--shape: '2,x' is not a list of dimensions"},
    {"fill -i zeros -n 2, -o a.npy", "--shape: '2,' is not a list of dimensions"},
    {"fill -i zeros -n 3,-5 -o a.npy", "--shape: -5 is outside [0, 9223372036854775807]\n"},
    {"fill -i zeros -n 18446744073709551615,4 -o a.npy",
     "--shape: 18446744073709551615 is outside [0, 9223372036854775807]\n"},
    {"fill -i zeros -n 4,-9223372036854775809 -o a.npy", "--shape: -9223372036854775809 is outside [0, "},
    {"fill -i zeros -n 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1 -o a.npy", "has more than 16 dimensions"},
    {"fill -i zeros -n 99999999999999999 -o a.npy",
     "tensor.shape[0]: 99999999999999999 makes the tensor larger"},
    {"fill -i zeros -n 2 --dtype hal -o a.npy", "--dtype: 'hal' is not a dtype"},
    {"fill -i zeros -n 2 --dtype bfloat16 -o a.npy", "a.npy: the .npy format has no bfloat16"},
    {"fill -i he_normal -n 2 --seed 1 --dtype int8 -o a.npy",
     "he_normal draws floating-point values, not int8"},
    {"fill -i zeros -n 2 --seed x -o a.npy", "--seed: 'x' is not an integer"},
    {"fill -i zeros -n 2 --seed 18446744073709551616 -o a.npy",
     "--seed: 18446744073709551616 is outside [-9223372036854775808, 18446744073709551615]"},
    {"fill -i zeros -n 2 --seed -9223372036854775809 -o a.npy", "--seed: -9223372036854775809 is outside"},
    {"fill -i '{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 3}}' -n 2 --seed 4 -o a.npy",
     "--seed: 4, but the initializer has the seed 3"},
    {"fill -i zeros -n 2 --stream 1.5 -o a.npy", "--stream: '1.5' is not an integer"},
    {"fill -i zeros -n 2 --stream 9223372036854775808 -o a.npy",
     "--stream: 9223372036854775808 is outside [-9223372036854775808, 9223372036854775807]"},
    {"fill -i zeros -n 2 --method fast -o a.npy",
     "--method: unknown method 'fast', expected resample or icdf"},
    {"fill -i zeros -n 2 --layout tf -o a.npy", "--layout: unknown layout 'tf', expected keras or torch"},
    {"fill -i zeros -n 2 --slice 0:3 -o a.npy", "--slice: 0:3 is outside axis 0 of 2"},
    {"fill -i zeros -n 2 --slice 0:18446744073709551615 -o a.npy",
     "--slice: 0:18446744073709551615 is outside axis 0 of 2"},
    {"fill -i zeros -n 2 --backend gpu -o a.npy", "--backend: must be auto, cpu, opencl or cuda, not 'gpu'"},
    {"fill -i zeros -n 2 --threads 0 -o a.npy", "--threads: 0 is outside [1, 1024]"},
    {"fill -i zeros -n 2 --device -1 -o a.npy", "--device: -1 is outside"},
    {"fill -i zeros -n 2 --device 18446744073709551615 -o a.npy",
     "--device: 18446744073709551615 is outside [0, 4294967295]"},
    {"fill -i zeros -n 2 --progress yes -o a.npy", "--progress: must be auto, always or never, not 'yes'"},
    {"fill -i '{\"class_name\": \"RandomNormal\", \"config\": {\"stddev\": -1}}' -n 2 -o a.npy",
     "initializer.stddev: -1"},
    {"init", "the list of tensors is missing"},
    {"init a.json b.json -o c.safetensors", "unexpected argument 'b.json'; try 'glorand init --help'"},
    {"init a.json", "--output is missing"},
    {"init good.json --rule a=ones --dtype int8 -o b.safetensors",
     "error: --dtype: int8 is not a floating-point type"},
    {"init a.json -o b.npy", "b.npy: must end in .safetensors"},
    {"init a.txt -o b.safetensors", "a.txt: not a .json file; glorand-init(1) describes the format"},
    {"verify a.safetensors --seed 2", "--config need --spec"},
    {"verify a.safetensors --rule a=zeros", "--config need --spec"},
    {"verify a.safetensors --set a=1", "--config need --spec"},
    {"init none.json -o b.safetensors", "none.json: No such file or directory"},
    {"init bad.json -o b.safetensors",
     "glorand: error: bad.json: tensors[0].shape[1]: -5 is outside [0, 9223372036854775807]\n"},
    {"init bad2.json -o b.safetensors", "bad2.json: line 1, column 13: "},
    {"init good.json --rule zeros -o b.safetensors", "--rule: 'zeros' is not of the form"},
    {"init scale.json -o b.safetensors",
     "scale.json: no rule says how to initialize 1 tensor; give rules that suit the layers, or a "
     "recipe (--rule 'PATTERN=INITIALIZER', --recipe NAME):\n  scale [2] float32\n"},
    {"init good.json --recipe keros -o b.safetensors",
     "good.json: unknown recipe 'keros', expected one of: keras\n"},
    {"verify a.safetensors --recipe keras", "--config need --spec"},
    {"init good.json --rule b=zeros -o b.safetensors",
     "good.json: 1 rule matches no tensor's name: rule: b;"},
    {"verify", "expected one file"},
    {"verify a.safetensors b", "unexpected argument 'b'; try 'glorand verify --help'"},
    {"verify none.safetensors", "none.safetensors: No such file or directory"},
    {"verify good.json", "good.json: "},
    {"stats", "expected one file"},
    {"stats a.safetensors b", "unexpected argument 'b'; try 'glorand stats --help'"},
    {"stats none.safetensors", "none.safetensors: No such file or directory"},
    {"devices x", "unexpected argument 'x'; try 'glorand devices --help'"},
};

Test(usage, mistakes)
{
    write_text("bad.json", "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"a\", \"shape\": [2, -5]}]}");
    write_text("bad2.json", "{\"tensors\": x}");
    write_text("good.json", "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"a\", \"shape\": [2, 2]}]}");
    write_text("scale.json",
               "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"scale\", \"shape\": [2]}]}");
    int before = entries();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        outcome result = run("glorand %s", bad[i].arguments);
        cr_expect_eq(result.status, 2, "%s: %d", bad[i].arguments, result.status);
        cr_expect_eq(strncmp(result.err, "glorand: error: ", 16), 0, "%s: %s", bad[i].arguments, result.err);
        cr_expect_not_null(strstr(result.err, bad[i].message), "%s: %s", bad[i].arguments, result.err);
        cr_expect_str_eq(result.out, "", "%s", bad[i].arguments);
        cr_expect_eq(entries(), before, "%s left something behind", bad[i].arguments);
    }
}

Test(usage, unknown_options_point_to_the_help)
{
    outcome result = run("glorand init --shard-size 5GB");
    cr_expect_eq(result.status, 2);
    cr_expect_str_eq(result.err,
                     "glorand: error: unrecognized option '--shard-size'\nTry 'glorand init --help'.\n");
}

/* More than a stream's buffer, so that writing fails before the end. */
static const char long_plan[] = "init " SOURCE_DIR "/data/models/llama-3-70b.json --plan";

Test(usage, output_that_cannot_be_written)
{
    static const char *const commands[] = {"--help", "fill --help", "devices", "devices --json", long_plan};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        outcome result = run("glorand %s > /dev/full", commands[i]);
        cr_expect_eq(result.status, 1, "%s: %d", commands[i], result.status);
        cr_expect_str_eq(result.err, "glorand: error: standard output cannot be written\n", "%s",
                         commands[i]);
    }
}

Test(usage, unavailable_backends_fail_with_the_reason)
{
    outcome result = run("glorand fill -i zeros -n 2 -o a.npy --backend cuda");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, test_no_cuda), "%s", result.err);
    cr_expect_eq(entries(), 0);
}

Test(usage, devices)
{
    outcome table = run("glorand devices"), json = run("glorand devices --json | python3 -m json.tool");
    cr_expect_eq(table.status, 0);
    cr_expect_not_null(strstr(table.out, "cpu      0      yes"), "%s", table.out);
    cr_expect_not_null(strstr(table.out, "cuda     0      no         no"), "%s", table.out);
    cr_expect_eq(json.status, 0, "%s", json.err);
    cr_expect_not_null(strstr(json.out, "\"backend\": \"cpu\""), "%s", json.out);
}
