"""init_: modules get what the command draws, and nothing where something is wrong."""

import copy
import json
import subprocess

import numpy
import pytest
from conftest import COMMAND

torch = pytest.importorskip("torch")
load_file = pytest.importorskip("safetensors.torch").load_file
import glorand  # noqa: E402
import glorand.torch  # noqa: E402

RULES = {"*.running_var": "ones", "*.running_mean": "zeros", "*.num_batches_tracked": "zeros"}
WEIGHTS = {"*weight": "trunc_normal(0, 0.02)", "*bias": "kaiming_uniform(0.5, mode=fan_out, axes=[0])"}


class Net(torch.nn.Module):
    """Linear and convolutional layers, a norm with buffers, tied weights, a buffer that holds values."""

    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(11, 6)
        self.conv = torch.nn.Conv1d(6, 6, 3)
        self.norm = torch.nn.BatchNorm1d(6)
        self.layers = torch.nn.ModuleList(torch.nn.Linear(6, 6, dtype=torch.bfloat16) for _ in range(2))
        self.head = torch.nn.Linear(6, 11, bias=False)
        self.head.weight = self.embed.weight
        self.scale = torch.nn.Parameter(torch.zeros(()))
        with torch.device("cpu"):
            self.register_buffer("mask", torch.ones(3, 3).tril(), persistent=False)


LAWS = {
    "*.weight": "kaiming_uniform(nonlinearity=relu)",
    "*.bias": "random_normal(1, 0.5)",
    "scale": "constant(3)",
    "norm.running_mean": "random_normal(0, 1)",
    "*.running_var": "ones",
    "*.num_batches_tracked": "constant(7)",
}


def net(device="meta"):
    with torch.device(device):
        return Net()


def list_of(model, **members):
    """The list of a model's tensors, which has tied ones by all names, as a checkpoint has them."""
    tensors = [
        {"name": name, "shape": list(tensor.shape), "dtype": str(tensor.dtype)}
        for name, tensor in model.state_dict(keep_vars=True).items()
    ]
    return {"tensors": tensors, **members}


def rules_of(laws):
    return [{"match": pattern, "initializer": text} for pattern, text in laws.items()]


def bits(tensor):
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def same_state(found, expected):
    assert list(found) == list(expected)
    for name in found:
        assert found[name].dtype == expected[name].dtype and bits(found[name]) == bits(expected[name]), name


def command(document, tmp_path, *arguments):
    """The checkpoint that the command draws."""
    (tmp_path / "list.json").write_text(json.dumps(document))
    out = tmp_path / "drawn.safetensors"
    subprocess.run([COMMAND, "init", tmp_path / "list.json", "-o", out, "--backend", "cpu", *arguments], check=True)
    return load_file(out)


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize("form", ["rules", "pairs", "list", "text", "path", "both", "object"])
def test_command(device, form, tmp_path):
    """The state is the checkpoint that the command draws from the same list, tied tensors under their first name."""
    model = net(device)
    document = list_of(model, rules=rules_of(LAWS), layout="torch")
    document["tensors"] = [tensor for tensor in document["tensors"] if tensor["name"] != "head.weight"]
    drawn = command(document, tmp_path, "--seed", "5")
    if form == "rules":
        glorand.torch.init_(model, LAWS, seed=5)
    elif form == "pairs":
        pairs = [(pattern, glorand.Initializer(text)) for pattern, text in LAWS.items()]
        glorand.torch.init_(model, iter(pairs), seed=5)
    elif form == "list":
        assert glorand.torch.init_(model, document, seed=5) is model
    elif form == "text":
        glorand.torch.init_(model, "\n" + json.dumps(document), seed=5)
    elif form == "path":
        glorand.torch.init_(model, tmp_path / "list.json", seed=5)
    elif form == "both":
        document["rules"][0]["initializer"] = "ones"
        glorand.torch.init_(model, {"*.weight": LAWS["*.weight"]}, tensors=document, seed=5)
    else:
        recorded = type("Recorded", (), {"to_json": lambda self: json.dumps({**document, "seed": 5})})()
        glorand.torch.init_(model, recorded, seed=None)
    assert model.head.weight is model.embed.weight and model.head.weight.requires_grad
    state = model.state_dict()
    assert bits(state.pop("head.weight")) == bits(drawn["embed.weight"])
    same_state(state, {name: drawn[name] for name in state})
    assert torch.equal(model.mask, torch.ones(3, 3).tril())
    assert model.scale.item() == 3 and model.norm.num_batches_tracked.item() == 7


def test_names_of_the_list_for_tied_tensors(tmp_path):
    """A list may have a tied tensor under another name than the first, and that one says the stream."""
    model = net()
    document = list_of(model, rules=rules_of(LAWS), layout="torch")
    document["tensors"] = [tensor for tensor in document["tensors"] if tensor["name"] != "embed.weight"]
    drawn = command(document, tmp_path, "--seed", "5")
    glorand.torch.init_(model, document, seed=5)
    assert bits(model.embed.weight) == bits(drawn["head.weight"]) and model.head.weight is model.embed.weight


def test_layouts(tmp_path):
    """torch's by default; the list's, where it has one; that of the call before both."""
    laws = {"weight": "he_normal", "bias": "zeros"}

    def spread(*arguments, **options):
        with torch.device("meta"):
            model = torch.nn.Linear(400, 100)
        return glorand.torch.init_(model, *arguments, seed=1, **options).weight.std().item()

    with torch.device("meta"):
        document = list_of(torch.nn.Linear(400, 100), rules=rules_of(laws))
    for by_inputs in (
        spread(laws),
        spread(document),
        spread({**document, "layout": "torch"}),
        spread({**document, "layout": "keras"}, layout="torch"),
    ):
        assert by_inputs == pytest.approx((2 / 400) ** 0.5, rel=0.02)
    for by_outputs in (spread(laws, layout="keras"), spread({**document, "layout": "keras"})):
        assert by_outputs == pytest.approx((2 / 100) ** 0.5, rel=0.02)


def test_options(drawn):
    with torch.device("meta"):
        model = torch.nn.Linear(30, 20)
    glorand.torch.init_(
        model, {"weight": "truncated_normal(0, n/4)"}, seed=3, method="icdf", variables={"n": 8}, recipe="keras"
    )
    stream = glorand.stream_of_name("weight")
    assert bits(model.weight) == drawn(f"truncated_normal(0, 2, method=icdf, seed=3, stream={stream})", (20, 30))
    assert not model.bias.any()
    glorand.torch.init_(model, {"*weight": "random_normal(0, 1)"}, seed=3, prefix="decoder.")
    stream = glorand.stream_of_name("decoder.weight")
    assert bits(model.weight) == drawn(f"random_normal(0, 1, seed=3, stream={stream})", (20, 30))


def unchanged(model, status, match, *arguments, **options):
    """A call that fails, and leaves the module's tensors as they are, on meta, too."""
    before = model.state_dict(keep_vars=True)
    values = {name: None if tensor.is_meta else tensor.clone() for name, tensor in before.items()}
    with pytest.raises(glorand.GlorandError, match=match) as caught:
        glorand.torch.init_(model, *arguments, **{"seed": 1, **options})
    assert caught.value.status == status, caught.value
    after = model.state_dict(keep_vars=True)
    assert all(after[name] is tensor for name, tensor in before.items())
    assert all(
        after[name].is_meta if values[name] is None else torch.equal(after[name], values[name]) for name in after
    )
    return caught.value.message


@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_undecided(device):
    """All of them are listed: parameters of rank 2 and more, and buffers on meta that no rule names."""
    with torch.device(device):
        model = torch.nn.Sequential(*(torch.nn.Linear(2, 2) for _ in range(3)), torch.nn.BatchNorm1d(2))
        model.register_buffer("frequencies", torch.zeros(4), persistent=False)
    said = unchanged(model, "GLR_ERROR_UNDECIDED", "no rule decides", {"3.weight": "ones"})
    assert "{0..2}.weight [2, 2]" in said
    for name in ("frequencies [4] float32", "3.running_mean", "3.running_var", "3.num_batches_tracked [] int64"):
        assert (f"{name}" in said) == (device == "meta"), said
    if device == "meta":  # a rule for everything does not mean buffers, and a skipped one stays on meta
        unchanged(model, "GLR_ERROR_UNDECIDED", "frequencies", {**RULES, "*": "zeros"})
        glorand.torch.init_(model, {**RULES, "frequencies": "skip", "*": "zeros"}, seed=1)
        assert model.frequencies.is_meta and not model[0].weight.is_meta and model[3].running_var.tolist() == [1, 1]


def test_buffers_with_values():
    """They stay, but where a rule spells out the end of their names or the list has them."""
    model = torch.nn.BatchNorm1d(2)
    model.running_mean.fill_(5)
    glorand.torch.init_(model, {"*": "constant(2)"}, seed=1)
    assert model.running_mean.tolist() == [5, 5] and model.weight.tolist() == [2, 2]
    glorand.torch.init_(model, {"running_mean": "constant(3)", "*": "constant(2)"}, seed=1)
    assert model.running_mean.tolist() == [3, 3] and model.running_var.tolist() == [1, 1]
    document = list_of(model, rules=rules_of({"*": "constant(4)"}))
    glorand.torch.init_(model, document, seed=1)
    assert model.running_var.tolist() == [4, 4] and model.num_batches_tracked.item() == 4


def test_errors():
    model = net()
    laws = dict(LAWS)
    unchanged(model, "GLR_ERROR_UNSEEDED", "seed", laws, seed=None)
    unchanged(model, "GLR_ERROR_PARSE", "no_such", {**laws, "no_such.*": "ones"})
    unchanged(model, "GLR_ERROR_PARSE", "column|law|name", {**laws, "*.weight": "no_such_law"})
    unchanged(model, "GLR_ERROR_ARGUMENT", "layout: 'tf' is none of", laws, layout="tf")
    unchanged(model, "GLR_ERROR_SHAPE", "conv.weight", {"conv.weight": "identity", **laws})
    unchanged(model, "GLR_ERROR_UNSUPPORTED", "num_batches_tracked", {**laws, "*.num_batches_tracked": "he_normal"})
    document = list_of(model, rules=rules_of(laws))
    document["tensors"][1]["shape"] = [6, 11]
    unchanged(model, "GLR_ERROR_SHAPE", r"embed.weight: has the shape \[11, 6\], and the list says \[6, 11\]", document)
    document["tensors"][1] = {**document["tensors"][1], "shape": [11, 6], "slice": "0:2,:"}
    unchanged(model, "GLR_ERROR_SHAPE", "slice", document)
    document["tensors"][1] = {**document["tensors"][1], "slice": None, "dtype": "int32", "initializer": "ones"}
    unchanged(model, "GLR_ERROR_ARGUMENT", "embed.weight: is torch.float32, and the list says int32", document)
    lacking = list_of(model, rules=rules_of(laws))
    lacking["tensors"] = [tensor for tensor in lacking["tensors"] if not tensor["name"].startswith("conv")]
    assert "conv.bias" in unchanged(model, "GLR_ERROR_UNDECIDED", "lacks conv.weight", lacking)
    unchanged(
        model.layers, "GLR_ERROR_ARGUMENT", "lacks tensors of the list: .*conv.weight", document, prefix="layers."
    )
    unchanged(model, "GLR_ERROR_PARSE", "tensors", {"tensors": 3})
    for arguments in ([3], [{"*": 3}], [[("*", "ones", 3)]], [object()]):
        with pytest.raises(TypeError):
            glorand.torch.init_(model, *arguments, seed=1)
    with pytest.raises(TypeError, match="two lists"):
        glorand.torch.init_(model, document, tensors=document, seed=1)
    with pytest.raises(TypeError, match=r"model: a torch\.nn\.Module is needed"):
        glorand.torch.init_(torch.zeros(3), laws, seed=1)
    with pytest.raises(FileNotFoundError):
        glorand.torch.init_(model, "no/such/file.json", seed=1)
    assert all(tensor.is_meta for tensor in model.parameters())


def test_list_in_another_floating_dtype(tmp_path):
    """The model's counts, as with the command's --dtype."""
    model = net().to(torch.bfloat16)
    document = list_of(net(), rules=rules_of(LAWS), layout="torch")
    drawn = command(document, tmp_path, "--seed", "5", "--dtype", "bfloat16")
    glorand.torch.init_(model, document, seed=5)
    assert bits(model.conv.weight) == bits(drawn["conv.weight"])


def test_part_of_a_model():
    """A stage has the values of the whole; rules and tensors of the list that are other stages' are passed over."""
    whole = glorand.torch.init_(net(), LAWS, seed=5)
    for arguments in ((LAWS,), (list_of(net(), rules=rules_of(LAWS), layout="torch"),)):
        stage = net().layers
        glorand.torch.init_(stage, *arguments, seed=5, prefix="layers.", part=True)
        same_state(stage.state_dict(), whole.layers.state_dict())
    unchanged(net().layers, "GLR_ERROR_PARSE", "scale", LAWS, prefix="layers.")


def wrapped(model):
    """The same parameters in wrappers, of torch and of others that hold a module."""
    from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper

    for index, layer in enumerate(model.layers):
        model.layers[index] = checkpoint_wrapper(layer)
    return torch.nn.DataParallel(torch.compile(model))


def test_wrappers_change_no_value():
    plain, inside = net("cpu"), net("cpu")
    glorand.torch.init_(plain, LAWS, seed=5)
    model = wrapped(inside)
    assert any("_orig_mod" in name for name, _ in model.named_parameters())
    assert any("_checkpoint_wrapped_module" in name for name, _ in model.named_parameters())
    glorand.torch.init_(model, LAWS, seed=5)
    for found, expected in zip(model.parameters(), plain.parameters(), strict=True):
        assert bits(found) == bits(expected)

    class Own(torch.nn.Module):  # whose child is called as DistributedDataParallel's, and is none
        def __init__(self):
            super().__init__()
            self.module = torch.nn.Linear(2, 2)

    own = glorand.torch.init_(Own(), {"module.weight": "glorot_normal", "module.bias": "zeros"}, seed=1)
    again = glorand.glorot_normal(seed=1, name="module.weight", layout="torch").fill_(torch.zeros(2, 2))
    assert bits(own.module.weight) == bits(again)


def module_of(**tensors):
    model = torch.nn.Module()
    for name, tensor in tensors.items():
        if isinstance(tensor, torch.nn.Parameter):
            model.register_parameter(name, tensor)
        else:
            model.register_buffer(name, tensor)
    return model


class Tagged(torch.nn.Parameter):
    pass


def test_odd_parameters(drawn):
    base = torch.zeros(8, 10)
    model = module_of(
        strided=torch.nn.Parameter(base[1:7:2, 2:6].t()),
        integers=torch.nn.Parameter(torch.zeros(3, dtype=torch.int32), requires_grad=False),
        scalar=torch.nn.Parameter(torch.zeros((), dtype=torch.float64)),
        frozen=torch.nn.Parameter(torch.zeros(5), requires_grad=False),
        tagged=Tagged(torch.zeros(5)),
        empty=torch.nn.Parameter(torch.zeros(0, 3)),
        complex=torch.nn.Parameter(torch.zeros(3, dtype=torch.complex64)),
    )
    before = dict(model.named_parameters())
    laws = {"integers": "constant(3)", "complex": "skip", "*": "random_normal(0, 1)"}
    glorand.torch.init_(model, laws, seed=2)
    after = dict(model.named_parameters())
    assert all(after[name] is before[name] for name in before)
    streams = {name: glorand.stream_of_name(name) for name in before}
    for name, dtype in (("strided", "float32"), ("scalar", "float64"), ("frozen", "float32"), ("tagged", "float32")):
        text = f"random_normal(0, 1, seed=2, stream={streams[name]})"
        assert bits(after[name]) == drawn(text, tuple(after[name].shape), dtype)
    assert numpy.count_nonzero(base.numpy()) == 12 and after["integers"].tolist() == [3, 3, 3]
    assert not after["frozen"].requires_grad and isinstance(after["tagged"], Tagged)
    unchanged(model, "GLR_ERROR_UNSUPPORTED", "complex: torch.complex64 is not filled", {**laws, "complex": "ones"})
    unchanged(model, "GLR_ERROR_UNSUPPORTED", "integers", {**laws, "integers": "random_normal"})
    expanded = module_of(w=torch.nn.Parameter(torch.zeros(3, 1).expand(3, 4)))
    unchanged(expanded, "GLR_ERROR_SHAPE", "w: array: .* overlaps itself", {"w": "ones"})
    with pytest.raises(glorand.GlorandError, match=r"0\.weight: has no shape"):
        glorand.torch.init_(torch.nn.Sequential(torch.nn.LazyLinear(3)), {"*": "ones"}, seed=1)


def test_meta_keeps_flags_and_ties():
    with torch.device("meta"):
        model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2), torch.nn.LSTM(2, 2))
        model[1].weight = model[0].weight
        model[0].bias.requires_grad_(False)
        model.register_buffer("table", torch.zeros(2), persistent=False)
        model.add_module("again", model[2])
    glorand.torch.init_(model, {"*weight*": "glorot_normal", "*bias*": "zeros", "table": "ones"}, seed=1)
    assert not any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers()))
    assert model[1].weight is model[0].weight and not model[0].bias.requires_grad and model[0].weight.requires_grad
    assert "table" not in model.state_dict() and model.table.tolist() == [1, 1]
    model[2](torch.zeros(1, 1, 2))  # whose flat weights are the new ones
    assert model.again is model[2] and all(
        w is p for w, p in zip(model[2]._flat_weights, model[2].parameters(), strict=True)
    )


def test_copies_do_not_matter():
    """Values come from names: a deep copy gets the same, in place, also after the first was used."""
    first = glorand.torch.init_(net(), LAWS, seed=5)
    second = copy.deepcopy(first)
    with torch.no_grad():
        for parameter in second.parameters():
            parameter.zero_()
    same_state(glorand.torch.init_(second, LAWS, seed=5).state_dict(), first.state_dict())
    glorand.torch.init_(second, LAWS, seed=6)
    assert not torch.equal(second.conv.weight, first.conv.weight)


def test_mistakes_in_rules():
    """The message names the place of the mistake, and what was given in place of rules."""
    model = torch.nn.Linear(3, 2)
    with pytest.raises(glorand.GlorandError, match=r"^rule 'weight': column 1: unknown initializer 'xavier'"):
        glorand.torch.init_(model, {"bias": "zeros", "weight": "xavier"}, seed=1)
    with pytest.raises(TypeError, match="rules: a mapping, pairs or a list of tensors is needed, not glorot_normal"):
        glorand.torch.init_(model, glorand.glorot_normal(), seed=1)
    with pytest.raises(TypeError, match="tensors: JSON, a path or an object is needed, not glorot_normal"):
        glorand.torch.init_(model, tensors=glorand.glorot_normal(), seed=1)
    bias = {"name": "bias", "shape": [2], "dtype": "float32", "values": numpy.zeros(2)}
    with pytest.raises(TypeError, match=r"tensors: .* are needed, not ndarray; tolist\(\) makes one"):
        glorand.torch.init_(model, {"tensors": [bias]}, seed=1)
    with pytest.raises(glorand.GlorandError, match=r"weight: torch.complex64 is not filled"):
        glorand.torch.init_(torch.nn.Linear(3, 2, dtype=torch.complex64), {"weight": "he_normal", "*": "zeros"}, seed=1)
