"""Compares models that start from recorded lists with the same models as they initialize themselves.

Each model is recorded, drawn by `glorand init` from the list, and made once more by its own code. Means, standard
deviations and bounds of both have to agree within what sampling explains; constants and computed values have to be
equal. A list in which one deviation in three is 3 % too large has to fail. In the end, one command makes a GPT-2 from
a config.json, which transformers loads.

usage: check_record.py SOURCE_DIR LIBRARY COMMAND SCRATCH_DIR
"""

import copy
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

SIGMAS = 6  # of a difference that sampling has to explain: one in 5 * 10^8 is larger
POOLED = 20000  # tensors of fewer elements are compared together with those of the same law
LONG = os.environ.get("GLORAND_TEST_LONG") is not None

# Small configurations: type of model in transformers, class, what is not the default.
WIDE = {"hidden_size": 512, "intermediate_size": 2048} if LONG else {"hidden_size": 128, "intermediate_size": 256}
LAYERS = 8 if LONG else 2
DECODER = {**WIDE, "num_hidden_layers": LAYERS, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 6000}
ENCODER = {**WIDE, "num_hidden_layers": LAYERS, "num_attention_heads": 4}
EXPERTS = {"moe_intermediate_size": 64, "num_experts": 4, "n_routed_experts": 8, "num_local_experts": 4, "head_dim": 32}
MAMBA2 = {"hidden_size": 128, "num_heads": 8, "head_dim": 32, "num_hidden_layers": LAYERS, "vocab_size": 6000}
WHISPER = {
    **{f"{part}_layers": LAYERS for part in ("encoder", "decoder")},
    **{f"{part}_attention_heads": 4 for part in ("encoder", "decoder")},
    **{f"{token}_token_id": 7 for token in ("pad", "bos", "eos", "decoder_start")},
    "d_model": 128, "vocab_size": 6000,
}  # fmt: skip
MODELS = [
    ("gpt2", "GPT2LMHeadModel", {"n_embd": WIDE["hidden_size"], "n_layer": LAYERS, "n_head": 4, "vocab_size": 6000}),
    ("llama", "LlamaForCausalLM", DECODER),
    ("bert", "BertForMaskedLM", {**ENCODER, "vocab_size": 6000}),
    ("t5", "T5ForConditionalGeneration", {"d_model": 128, "d_ff": 256, "num_layers": LAYERS, "vocab_size": 6000}),
    ("mamba", "MambaForCausalLM", {"hidden_size": 128, "num_hidden_layers": LAYERS, "vocab_size": 6000}),
    ("mamba2", "Mamba2ForCausalLM", MAMBA2),
    ("whisper", "WhisperForConditionalGeneration", WHISPER),
    ("mixtral", "MixtralForCausalLM", {**DECODER, **EXPERTS}),
    ("qwen3_moe", "Qwen3MoeForCausalLM", {**DECODER, **EXPERTS}),
    ("gemma3_text", "Gemma3ForCausalLM", {**DECODER, "head_dim": 32}),
    ("wav2vec2", "Wav2Vec2ForCTC", {**ENCODER, "num_conv_pos_embedding_groups": 4, "num_conv_pos_embeddings": 16}),
    ("vit", "ViTForImageClassification", {**ENCODER, "num_labels": 1000}),
    ("swin", "SwinForImageClassification", {"embed_dim": 48, "depths": [1, 1, 2, 1], "num_heads": [2, 4, 8, 16]}),
]  # fmt: skip
OTHERS = [
    ("timm", "vit_tiny_patch16_224"), ("timm", "convnext_atto"), ("timm", "mixer_s32_224"), ("timm", "resmlp_12_224"),
    ("torchvision", "mobilenet_v3_small"), ("torchvision", "squeezenet1_1"), ("torchvision", "shufflenet_v2_x0_5"),
]  # fmt: skip


def builders():
    """The name of each model, and the function that builds it."""
    import census_record
    import transformers

    transformers.logging.set_verbosity_error()
    for kind, name, changes in MODELS:
        config = transformers.AutoConfig.for_model(kind)
        for key, value in changes.items():
            if hasattr(config, key):
                setattr(config, key, value)
        if isinstance(vars(config).get("layer_types"), list):
            config.layer_types = config.layer_types[:LAYERS]
        made = getattr(transformers, name)
        yield kind, lambda made=made, config=config: made(copy.deepcopy(config))
    makers = {source: maker for source, maker, _ in census_record.SOURCES}
    for source, name in OTHERS:
        yield name, makers[source](name)[1]


class Judge:
    """Differences between two sets of tensors that sampling does not explain."""

    def __init__(self):
        self.problems = []
        self.pools = {}

    def compare(self, name, law, one, other):
        """Two tensors of one law; small ones wait for those of their kind."""
        import torch

        one, other = (tensor.detach().double().reshape(-1) for tensor in (one, other))
        if one.numel() >= POOLED:
            self.samples(name, law, one, other)
            return
        pool = self.pools.setdefault((re.sub(r"\d+", "N", name), law), ([], []))
        pool[0].append(one)
        pool[1].append(other)
        if one.numel() >= 2 and not torch.equal(one, other):
            self.samples(name, law, one, other)

    def finish(self):
        """Compares the pools, and what is still small after that, in units of the model's own deviation."""
        import torch

        rest = ([], [])
        for (name, law), pool in self.pools.items():
            one, other = map(torch.cat, pool)
            if one.numel() >= 2:
                self.samples(name, law, one, other)
            mean, deviation = (one.mean() + other.mean()) / 2, one.std() if one.numel() > 100 else 0
            if deviation > 0:
                rest[0].append((one - mean) / deviation)
                rest[1].append((other - mean) / deviation)
        if rest[0]:
            self.samples("all small tensors", "", *map(torch.cat, rest))
        return self.problems

    def samples(self, name, law, one, other):
        """Means, deviations and bounds."""
        count = one.numel()
        means, deviations = (one.mean(), other.mean()), (one.std(), other.std())
        scale = max(deviations)
        if scale == 0:
            return
        error = abs(means[0] - means[1]) / (scale * math.sqrt(2 / count))
        if error > SIGMAS:
            self.problems.append(f"{name}, {law}: means {means[0]:.4g} and {means[1]:.4g} of {count} values")
        kurtosis = float(((one - means[0]) ** 4).mean() / deviations[0] ** 4)
        spread = math.sqrt(max(kurtosis - 1, 0.1) / (4 * count) * 2)
        if count > 100 and abs(deviations[0] / deviations[1] - 1) > SIGMAS * spread:
            self.problems.append(
                f"{name}, {law}: deviations {deviations[0]:.4g} and {deviations[1]:.4g} of {count} values"
            )
        if law and count > 5000 and kurtosis < 2.5:  # uniform, or truncated at two deviations: the ends agree, too
            for ends in ((one.min(), other.min()), (one.max(), other.max())):
                if abs(ends[0] - ends[1]) > 0.05 * scale:
                    self.problems.append(f"{name}, {law}: ends {ends[0]:.4g} and {ends[1]:.4g}")


def is_random(entry):
    """Whether a tensor's law draws."""
    import glorand

    return glorand.Initializer(entry.text).resolve().seed is not None


def differences(recording, own, drawn):
    """What does not agree between a model of its own code and one that was drawn."""
    import torch

    import glorand

    judge = Judge()
    for entry in recording.entries:
        if not entry.is_saved or entry.kind == "named":
            continue
        one, other = own[entry.name], drawn[entry.name]
        if not entry.text or not is_random(entry):
            if not torch.allclose(
                one.double(), other.double(), rtol=2e-6, atol=1e-3 if "sinusoid" in entry.text else 0
            ):
                judge.problems.append(f"{entry.name}, {entry.text or entry.kind}: other values")
            continue
        kept = torch.ones(one.shape, dtype=torch.bool)
        for region in entry.regions:
            box = tuple(slice(*ends) for ends in region.box)
            kept[box] = False
            if not torch.equal(one[box], other[box]):
                judge.problems.append(f"{entry.name}: other values in {region}")
        law = glorand.describe(entry.text, entry.shape, entry.dtype)
        margin = 1e-5 * law.stddev
        for what, tensor in (("own", one[kept]), ("drawn", other[kept])):
            if tensor.min() < law.lower - margin or tensor.max() > law.upper + margin:
                judge.problems.append(f"{entry.name}, {entry.text}: {what} values beyond {law.lower} or {law.upper}")
        judge.compare(entry.name, entry.text, one[kept], other[kept])
    return judge.finish()


def init(command, text, folder):
    """The tensors that `glorand init` draws from a list."""
    import safetensors.torch

    listed, drawn = folder / "list.json", folder / "model.safetensors"
    listed.write_text(text, encoding="utf-8")
    subprocess.run([command, "init", listed, "-o", drawn, "--seed", "42", "--progress", "never"], check=True)
    return safetensors.torch.load_file(drawn)


def drawn_model(command, recording, build, folder, text=None):
    """The state_dict of a model that was drawn from a list; what no list can say is the model's own."""
    import torch

    model = build()
    tensors = init(command, text or recording.to_json(missing="skip"), folder)
    with torch.no_grad():
        state = dict(model.named_parameters()) | dict(model.named_buffers())
        for name, tensor in tensors.items():
            state[name].copy_(tensor)
    return {name: tensor.detach().clone() for name, tensor in state.items()}


def with_wrong_deviations(text):
    """The list with every third deviation of a normal law 3 % too large."""
    listed = json.loads(text)
    normals = [row for row in listed["tensors"] if row.get("initializer", "").startswith("random_normal(")]
    for tensor in normals[::3]:
        mean, deviation = tensor["initializer"][len("random_normal(") : -1].split(", ")
        tensor["initializer"] = f"random_normal({mean}, {float(deviation) * 1.03!r})"
    return json.dumps(listed)


def check_models(command, folder):
    """All models; and that a wrong deviation is noticed in the first."""
    import torch

    from glorand.torch import record

    failed = 0
    for place, (name, build) in enumerate(builders()):
        torch.manual_seed(7)
        recording = record(build)
        own = build()
        state = dict(own.named_parameters()) | dict(own.named_buffers())
        problems = differences(recording, state, drawn_model(command, recording, build, folder))
        count = sum(tensor.numel() for tensor in state.values())
        print(
            f"{name}: {count / 1e6:.1f} million elements, {recording.table()}, {len(problems)} differences", flush=True
        )
        for problem in problems:
            print(f"  {problem}")
        failed += bool(problems)
        if place == 0:
            wrong = with_wrong_deviations(recording.to_json(missing="skip"))
            noticed = differences(recording, state, drawn_model(command, recording, build, folder, wrong))
            failed += not noticed
            print(f"{name}: {len(noticed)} differences where deviations are 3 % too large")
    return failed


def check_command(source, library, command, folder):
    """From a config.json to a model that transformers loads, as docs/record.md says."""
    import torch
    import transformers

    config = transformers.GPT2Config(
        n_embd=64, n_layer=2, n_head=2, vocab_size=500, n_positions=64, bos_token_id=1, eos_token_id=2,
        architectures=["GPT2LMHeadModel"], dtype="bfloat16",
    )  # fmt: skip
    config.save_pretrained(folder)
    page = (source / "docs" / "record.md").read_text(encoding="utf-8")
    line = next(line for line in page.splitlines() if line.startswith("python -m glorand list DIR"))
    line = line.replace("python -m", f"{sys.executable} -m").replace("glorand init", f"{command} init --progress never")
    environment = {**os.environ, "PYTHONPATH": str(source / "python"), "GLORAND_LIBRARY": library, "DIR": str(folder)}
    subprocess.run(["bash", "-ec", line.replace("DIR", '"$DIR"')], check=True, env=environment, cwd=folder)
    model, info = transformers.GPT2LMHeadModel.from_pretrained(folder, dtype=torch.bfloat16, output_loading_info=True)
    missing = [key for key in info["missing_keys"] if key != "lm_head.weight"]  # tied to wte
    assert not missing and not info["unexpected_keys"] and not info["mismatched_keys"], info
    assert model.transformer.wte.weight.dtype == torch.bfloat16
    deviation = model.transformer.h[1].mlp.c_proj.weight.float().std().item()
    assert abs(deviation / (0.02 / 2) - 1) < 0.03, deviation
    loss = model(torch.arange(60)[None], labels=torch.arange(60)[None]).loss.item()
    assert abs(loss - math.log(500)) < 0.1, loss
    print(f"GPT-2 from a config.json: its loss is {loss:.3f}, and log 500 is {math.log(500):.3f}")


def main(source, library, command, scratch):
    source = pathlib.Path(source).resolve()
    sys.path[:0] = [str(source / "python"), str(source / "tests" / "python")]
    os.environ["GLORAND_LIBRARY"] = library
    command = str(pathlib.Path(command).resolve())
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        failed = check_models(command, pathlib.Path(folder))
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        check_command(source, library, command, pathlib.Path(folder))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
