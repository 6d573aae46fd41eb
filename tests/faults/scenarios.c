#include "scenarios.h"

#include <stddef.h>

#define ON_CPU   "--backend", "cpu"
#define ALONE    ON_CPU, "--threads", "1"
#define TOGETHER ON_CPU, "--threads", "3"

const char scenario_list[] =
    "{\"source\": \"a list with every member, \\u00e4 \\\"quoted\\\"\", \"parameters\": 1234,\n"
    " \"seed\": 1234567890123456789, \"dtype\": \"float32\", \"layout\": \"torch\", \"recipe\": \"keras\",\n"
    " \"rules\": [{\"match\": \"*.norm.weight\", \"initializer\": \"ones\"},\n"
    "  {\"match\": \"skipped.*\", \"initializer\": \"skip\"},\n"
    "  {\"match\": \"head.*\", \"initializer\": {\"class_name\": \"TruncatedNormal\",\n"
    "    \"config\": {\"mean\": 0.5, \"stddev\": 0.25, \"seed\": -7}}}],\n"
    " \"tensors\": [{\"name\": \"a.weight\", \"shape\": [24, 16]},\n"
    "  {\"name\": \"b.weight\", \"shape\": [3, 4, 8], \"dtype\": \"bfloat16\", \"layout\": \"keras\",\n"
    "   \"method\": \"icdf\", \"stream\": 99, \"initializer\": \"he_normal\"},\n"
    "  {\"name\": \"c.weight\", \"shape\": [6, 5, 4, 3], \"dtype\": \"float16\", \"slice\": "
    "\"1:5,:,-2:,:\",\n"
    "   \"input_axes\": [1, -1], \"output_axes\": [0], \"batch_axes\": [2],\n"
    "   \"initializer\": {\"module\": \"keras.initializers\", \"class_name\": \"VarianceScaling\",\n"
    "    \"config\": {\"scale\": 2.0, \"mode\": \"fan_avg\", \"distribution\": \"uniform\", \"seed\": 3},\n"
    "    \"registered_name\": null}},\n"
    "  {\"name\": \"d.bias\", \"shape\": [7], \"dtype\": \"float64\"},\n"
    "  {\"name\": \"e.weight\", \"shape\": [2, 2], \"dtype\": \"float8_e4m3fn\",\n"
    "   \"initializer\": {\"class_name\": \"RandomUniform\",\n"
    "    \"config\": {\"minval\": -0.5, \"maxval\": 0.5, \"seed\": null}}},\n"
    "  {\"name\": \"f.count\", \"shape\": [], \"dtype\": \"int64\",\n"
    "   \"initializer\": {\"class_name\": \"Constant\", \"config\": {\"value\": 42}}},\n"
    "  {\"name\": \"g.mask\", \"shape\": [3], \"dtype\": \"bool\", \"initializer\": \"ones\"},\n"
    "  {\"name\": \"h.norm.weight\", \"shape\": [9]},\n"
    "  {\"name\": \"head.weight\", \"shape\": [10, 3], \"dtype\": \"float8_e5m2\"},\n"
    "  {\"name\": \"skipped.weight\", \"shape\": [1000]},\n"
    "  {\"name\": \"i.weight\", \"shape\": [9, 8], \"initializer\": \"random_normal(0, 1)\", \"regions\": [\n"
    "    {\"slice\": \"0:1\", \"initializer\": \"zeros\"},\n"
    "    {\"slice\": \"2:6,1:5\", \"initializer\": \"orthogonal\"}]},\n"
    "  {\"name\": \"j.table\", \"shape\": [2, 2], \"values\": [0.5, -1, 1e-3, true]},\n"
    "  {\"name\": \"k.steps\", \"shape\": [1], \"dtype\": \"int64\", \"values\": [9007199254740993]},\n"
    "  {\"name\": \"empty\", \"shape\": [0, 4], \"initializer\": \"glorot_uniform\"},\n"
    "  {\"name\": \"\\u00fcber/\\ud83d\\ude00\", \"shape\": [1], \"initializer\": \"zeros\"}]}\n";

const scenario scenario_inputs[] = {
    {"in.safetensors", "out.safetensors", {"init", "list.json", "-o", "out.safetensors", ALONE, NULL}, false},
    {"many.safetensors",
     "out.safetensors",
     {"init", "many.json", "-o", "out.safetensors", ALONE, NULL},
     false},
    {NULL, NULL, {NULL}, false},
};

const scenario scenarios[] = {
    {"fill_npy",
     "out.npy",
     {"fill", "-i", "he_normal", "-n", "30,50", "-s", "5", "-o", "out.npy", ALONE, NULL},
     false},
    {"fill_sync",
     "out.npy",
     {"fill", "-i", "he_normal", "-n", "30,50", "-s", "5", "-o", "out.npy", "--sync", ALONE, NULL},
     false},
    {"fill_unseeded",
     "out.bin",
     {"fill", "-i", "he_uniform", "-n", "9", "-o", "out.bin", ALONE, NULL},
     false},
    {"fill_safetensors",
     "out.safetensors",
     {"fill", "-i",
      "{\"class_name\": \"RandomNormal\", \"config\": {\"mean\": 1, \"stddev\": 2.5, \"seed\": 8}}", "-n",
      "30,50", "--slice", "3:,:-5", "--dtype", "bfloat16", "-o", "out.safetensors", ALONE, NULL},
     false},
    {"fill_stdout",
     NULL,
     {"fill", "-i", "he_normal", "-n", "300,500", "-s", "5", "-o", "-", ALONE, NULL},
     false},
    {"fill_stdout_threads",
     NULL,
     {"fill", "-i", "he_normal", "-n", "900,500", "-s", "5", "-o", "-", TOGETHER, NULL},
     false},
    {"fill_threads",
     "out.bin",
     {"fill", "-i", "he_normal", "-n", "1500,1000", "-s", "5", "-o", "out.bin", TOGETHER, NULL},
     false},
    {"fill_progress",
     "out.bin",
     {"fill", "-i", "ones", "-n", "70", "--dtype", "bool", "-o", "out.bin", "--progress", "always", ALONE,
      NULL},
     false},
    {"init", "out.safetensors", {"init", "list.json", "-o", "out.safetensors", ALONE, NULL}, false},
    {"init_threads",
     "out.safetensors",
     {"init", "list.json", "-o", "out.safetensors", "--rule", "a.*=he_uniform", "--seed", "7", TOGETHER,
      NULL},
     false},
    {"init_plan",
     NULL,
     {"init", "list.json", "--plan", "--rule", "a.*={\"class_name\": \"LecunNormal\", \"config\": {}}",
      "--rule", "d.*=skip", NULL},
     false},
    {"init_many", "out.safetensors", {"init", "many.json", "-o", "out.safetensors", ALONE, NULL}, false},
    {"verify_many", NULL, {"verify", "many.safetensors", "--spec", "many.json", ALONE, NULL}, false},
    {"stats_many", NULL, {"stats", "many.safetensors", "--json", NULL}, false},
    {"verify", NULL, {"verify", "in.safetensors", ALONE, NULL}, false},
    {"verify_spec", NULL, {"verify", "in.safetensors", "--spec", "list.json", ALONE, NULL}, false},
    {"stats", NULL, {"stats", "in.safetensors", NULL}, false},
    {"stats_json", NULL, {"stats", "in.safetensors", "--json", "--tensor", "*.weight", NULL}, false},
    {"devices", NULL, {"devices", NULL}, true},
    {"devices_json", NULL, {"devices", "--json", NULL}, true},
    {"help", NULL, {"fill", "--help", NULL}, false},
    {"version", NULL, {"--version", NULL}, false},
    {NULL, NULL, {NULL}, false},
};
