"""What `glorand.torch.record` says of models that are initialized in all the ways that people do it."""

import json
import math
import random

import numpy
import pytest

torch = pytest.importorskip("torch")
import glorand  # noqa: E402
from glorand.torch import RecordError, record  # noqa: E402

init = torch.nn.init
BIG = (200, 100)  # more elements than stay in memory while a model is recorded
SMALL = (20, 10)


class Holder(torch.nn.Module):
    """A module with one parameter, w."""

    def __init__(self, values):
        super().__init__()
        self.w = torch.nn.Parameter(values)


def recorded(start, shape=BIG, dtype=torch.float32):
    """The entry of a parameter that a function of its memory initializes."""

    def build():
        model = Holder(torch.empty(shape, dtype=dtype))
        with torch.no_grad():
            start(model.w)
        return model

    return record(build).entries[0]


def made(make):
    """The entry of a parameter that a function makes."""
    return record(lambda: Holder(make())).entries[0]


# How a weight starts, and the text of the law.
CALLS = [
    (lambda w: init.normal_(w, std=0.02), "random_normal(0, 0.02)"),
    (lambda w: init.normal_(w, 0.5, 1 / 3), "random_normal(0.5, 0.3333333333333333)"),
    (lambda w: init.uniform_(w, -0.1, 0.3), "random_uniform(-0.1, 0.3)"),
    (lambda w: init.trunc_normal_(w, std=0.02), "trunc_normal(0, 0.02, -2, 2)"),
    (lambda w: init.trunc_normal_(w, 0.1, 0.02, a=0.06, b=0.15), "trunc_normal(0.1, 0.02, 0.06, 0.15)"),
    (lambda w: init.constant_(w, 0.1), "constant(0.1)"),
    (lambda w: init.ones_(w), "ones"),
    (lambda w: init.zeros_(w), "zeros"),
    (lambda w: init.eye_(w), "identity"),
    (lambda w: init.xavier_uniform_(w), "xavier_uniform"),
    (lambda w: init.xavier_normal_(w, gain=1.5), "xavier_normal(1.5)"),
    (lambda w: init.kaiming_uniform_(w, math.sqrt(5)), "kaiming_uniform(2.23606797749979, fan_in, leaky_relu)"),
    (lambda w: init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"), "kaiming_normal(0, fan_out, relu)"),
    (lambda w: init.orthogonal_(w), "orthogonal"),
    (lambda w: init.orthogonal_(w, 0.5), "orthogonal(0.5)"),
    (lambda w: w.normal_(0, 0.02), "random_normal(0, 0.02)"),
    (lambda w: w.data.uniform_(-1, 1), "random_uniform(-1, 1)"),
    (lambda w: w.zero_(), "zeros"),
    (lambda w: w.fill_(0.25), "constant(0.25)"),
    (lambda w: w.normal_().mul_(0.02), "random_normal(0, 0.02)"),
    (lambda w: w.normal_().mul_(0.02).add_(1).neg_(), "random_normal(-1, 0.02)"),
    (lambda w: w.uniform_().sub_(0.5).div_(4), "random_uniform(-0.125, 0.125)"),
    (lambda w: init.kaiming_uniform_(w, nonlinearity="relu").mul_(0), "random_uniform(0, 0)"),
    (lambda w: w.copy_(torch.randn(w.shape) * 0.02), "random_normal(0, 0.02)"),
    (lambda w: w.copy_(torch.randn(w.shape[1], w.shape[0]).t()), "random_normal(0, 1)"),
    (lambda w: w.copy_(2 - torch.rand_like(w)), "random_uniform(1, 2)"),
    (lambda w: w.copy_(torch.zeros_like(w) + 3), "constant(3)"),
    (lambda w: init.normal_(init.zeros_(w)), "random_normal(0, 1)"),
    (lambda w: [part.normal_(0, 0.5) for part in w.chunk(4)], "random_normal(0, 0.5)"),
    (lambda w: [part.normal_(0, 0.5) for part in w.split(7, dim=1)], "random_normal(0, 0.5)"),
    (lambda w: init.normal_(w.view(-1)), "random_normal(0, 1)"),
    (lambda w: w[:].uniform_(), "random_uniform(0, 1)"),
]


@pytest.mark.parametrize("shape", [BIG, SMALL])
@pytest.mark.parametrize(("start", "text"), CALLS, ids=[text for _, text in CALLS])
def test_laws(start, text, shape):
    entry = recorded(start, shape)
    assert (entry.kind, entry.text, entry.regions) == ("recorded", text, ()), entry


@pytest.mark.parametrize("shape", [BIG, SMALL])
def test_fans_of_a_part_are_its_own(shape):
    """xavier_uniform_ of three stacked weights, each with its own fans, is a law with numbers."""
    rows, columns = shape
    entry = recorded(lambda w: [init.xavier_uniform_(part) for part in w.chunk(4)], shape)
    bound = math.sqrt(6 / (rows // 4 + columns))
    assert entry.kind == "recorded" and entry.text.startswith("random_uniform(")
    assert [abs(float(end)) for end in entry.text[15:-1].split(",")] == pytest.approx([bound, bound], rel=1e-15)


def by_hand(tensor, mean, std, a, b, with_clamp=True):
    """A truncated normal as timm and others write it."""
    places = [(1 + math.erf((end - mean) / std / math.sqrt(2))) / 2 for end in (a, b)]
    tensor.uniform_(2 * places[0] - 1, 2 * places[1] - 1).erfinv_().mul_(std * math.sqrt(2)).add_(mean)
    return tensor.clamp_(min=a, max=b) if with_clamp else tensor


@pytest.mark.parametrize("shape", [BIG, SMALL])
def test_truncated_normals_by_hand(shape):
    assert recorded(lambda w: by_hand(w, 0, 0.02, -0.04, 0.04), shape).text == "trunc_normal(0, 0.02, -0.04, 0.04)"
    assert recorded(lambda w: by_hand(w, 0, 0.02, -2, 2), shape).text == "trunc_normal(0, 0.02, -2, 2)"
    scaled = recorded(lambda w: by_hand(w, 0, 1, -2, 2).mul_(0.02).add_(0.5), shape)
    assert scaled.text == "trunc_normal(0.5, 0.02, 0.46, 0.54)"
    bare = glorand.describe(recorded(lambda w: by_hand(w, 0, 0.5, -1, 1, with_clamp=False), shape).text, shape)
    assert (bare.lower, bare.upper) == pytest.approx((-1, 1), rel=1e-6)
    other = recorded(lambda w: by_hand(w, 0, 0.02, -0.04, 0.04).clamp_(-0.03, 0.03), shape)
    assert other.kind == "named" and "clamp(trunc_normal(0, 0.02, -0.04, 0.04), -0.03, 0.03)" in other.reason


def test_copied_laws():
    """Computed values are recognized by what they are."""
    arange = torch.arange(1, 17, dtype=torch.float32)
    assert made(lambda: torch.log(arange).repeat(1000, 1)).text == "log_arange"
    assert made(lambda: torch.log(torch.arange(1, 25))).text == "log_arange"
    assert made(lambda: torch.eye(30) * 0.5).text == "identity(0.5)"
    assert made(lambda: torch.full(SMALL, 0.1)).text == f"constant({numpy.float32(0.1):.17g})"
    assert made(lambda: torch.ones(BIG) * 0.5).text == "constant(0.5)"
    assert recorded(init.dirac_, (8, 4, 3)).text == "dirac"
    assert recorded(lambda w: w.copy_(init.dirac_(torch.empty(8, 4, 3))), (8, 4, 3)).text == "dirac"
    entry = made(lambda: torch.log(arange + 0.001))
    assert entry.kind == "copied" and torch.equal(entry.values, torch.log(arange + 0.001))
    assert made(lambda: -torch.zeros(4)).text == "constant(-0)"


@pytest.mark.parametrize("shape", [(60, 32), (400, 64)])
def test_sinusoids(shape):
    length, channels = shape

    def whisper():
        step = math.log(10000) / (channels // 2 - 1)
        times = torch.arange(length).view(-1, 1) * torch.exp(-step * torch.arange(channels // 2)).view(1, -1)
        return torch.cat([times.sin(), times.cos()], dim=1)

    def interleaved(make=torch.zeros):
        table = make(length, channels)
        step = torch.exp(torch.arange(0, channels, 2).float() * (-math.log(10000.0) / channels))
        place = torch.arange(length).unsqueeze(1).float()
        table[:, 0::2], table[:, 1::2] = torch.sin(place * step), torch.cos(place * step)
        return table

    assert made(whisper).text == "sinusoids"
    assert made(interleaved).text == "sinusoids_interleaved"
    assert made(lambda: interleaved(torch.empty)).text == "sinusoids_interleaved"
    assert made(lambda: interleaved() * 1.001).kind == "copied"


@pytest.mark.parametrize("count", [100, 30000])
def test_dt_bias(count):
    def mamba(low=0.001, high=0.1, floor=1e-4):
        step = torch.exp(torch.rand(count) * (math.log(high) - math.log(low)) + math.log(low)).clamp(min=floor)
        return step + torch.log(-torch.expm1(-step))

    assert (made(mamba).kind, made(mamba).text) == ("law", "dt_bias(0.001, 0.1, 0.0001)")
    assert made(lambda: mamba(0.01, 0.5, 0.02)).text == "dt_bias(0.01, 0.5, 0.02)"

    def with_other_draws():
        steps = [torch.exp(torch.rand(count) - 5) for _ in range(2)]
        return steps[0] + torch.log(-torch.expm1(-steps[1]))

    assert made(with_other_draws).kind == "named"


@pytest.mark.parametrize("shape", [BIG, SMALL])
@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (lambda w: None, "uninitialized"),
        (lambda w: w[:5].normal_(), "uninitialized"),
        (lambda w: w[:5].fill_(0.5), "uninitialized"),
        (lambda w: w[:5].copy_(torch.arange(5.0)[:, None].expand(5, w.shape[1])), "uninitialized"),
        (lambda w: w.normal_().abs_(), "abs(random_normal(0, 1))"),
        (lambda w: w.uniform_().log_(), "log(random_uniform(0, 1))"),
        (lambda w: w.normal_().clamp_(-1, 1), "clamp(random_normal(0, 1), -1, 1)"),
        (lambda w: w.normal_().clamp_(max=1), "clamp(random_normal(0, 1), max, 1)"),
        (lambda w: w.normal_().div_(w.norm()), "div(random_normal(0, 1), "),
        (lambda w: w.normal_().add_(torch.randn(w.shape)), "add(random_normal(0, 1), random_normal(0, 1))"),
        (lambda w: w.copy_(torch.randn(w.shape[1])), "repeated"),
        (lambda w: w.copy_(torch.randn(w.shape[0], 1).expand(w.shape)), "repeated"),
        (lambda w: w.zero_().add_(torch.randn(w.shape[1])), "repeated"),
        (lambda w: w.exponential_(), "exponential_"),
        (lambda w: w.bernoulli_(0.5), "bernoulli_"),
        (lambda w: init.sparse_(w, 0.1), "sparse_"),
        (lambda w: w[::2].zero_() if w.normal_() is w else None, "no box"),
        (lambda w: w.copy_(torch.linalg.qr(torch.randn(w.shape))[0]), "linalg_qr"),
        (lambda w: init.orthogonal_(w).abs_(), "abs(orthogonal)"),
        (lambda w: init.normal_(w)[torch.tensor([1, 3])].zero_() if w.normal_() is w else None, None),
        (lambda w: w.normal_().index_fill_(0, torch.tensor([1, 3]), 0.0), "index_fill"),
        (lambda w: w.normal_().masked_fill_(torch.eye(*w.shape, dtype=torch.bool), 0.0), "masked_fill"),
        (lambda w: w.copy_(torch.from_numpy(numpy.random.randn(*w.shape))), "two constructions differ"),
        (lambda w: w.copy_(torch.from_numpy(numpy.random.default_rng().random(w.shape))), "two constructions differ"),
        (lambda w: w.fill_(random.random()), "two constructions differ"),
        (lambda w: init.normal_(w, std=random.random()), "two constructions differ"),
        (lambda w: [random.seed(3), w.fill_(random.random())], "two constructions differ"),
        (lambda w: [numpy.random.seed(3), w.fill_(numpy.random.random())], "two constructions differ"),
        (lambda w: w.fill_(torch.rand(()).item()), "two constructions differ"),
    ],
)
def test_named(start, reason, shape):
    """What is no law is named, and is never taken for what was there before."""
    entry = recorded(start, shape)
    if reason is None:  # a copy was written to, and not the weight
        assert entry.kind == "recorded"
        return
    assert entry.kind == "named" and reason in entry.reason and entry.text == "", entry


def row_by_flat_index(w):
    w.normal_().view(-1)[2 * w.shape[1] : 3 * w.shape[1]].zero_()


@pytest.mark.parametrize("width", [10, 1000])
@pytest.mark.parametrize(
    ("start", "text", "regions"),
    [
        (lambda w: w.normal_()[3].zero_(), "random_normal(0, 1)", ["[3:4, 0:{n}]=zeros"]),
        (lambda w: w.normal_()[:, 2:5].fill_(0.5), "random_normal(0, 1)", ["[0:20, 2:5]=constant(0.5)"]),
        (lambda w: w.zero_()[2, 3].normal_(), "zeros", ["[2:3, 3:4]=random_normal(0, 1)"]),
        (lambda w: w.zero_()[2].zero_(), "zeros", []),
        (row_by_flat_index, "random_normal(0, 1)", ["[2:3, 0:{n}]=zeros"]),
        (lambda w: [w[:5].normal_(), w[5:].uniform_()], "random_normal(0, 1)", ["[5:20, 0:{n}]=random_uniform(0, 1)"]),
        (lambda w: [w.zero_(), w[:5].normal_(), w[5:].normal_()], "random_normal(0, 1)", []),
        (lambda w: [w.normal_(), w[1].uniform_(), w[1].zero_()], "random_normal(0, 1)", ["[1:2, 0:{n}]=zeros"]),
        (lambda w: [w.normal_(), w[1].zero_(), w.normal_()], "random_normal(0, 1)", []),
        (lambda w: [init.normal_(w), init.eye_(w[:10])], "random_normal(0, 1)", ["[0:10, 0:{n}]=identity"]),
    ],
)
def test_regions(start, text, regions, width):
    entry = recorded(start, (20, width))
    assert (entry.kind, entry.text) == ("recorded", text)
    assert list(map(str, entry.regions)) == [line.format(n=width) for line in regions]


def test_joined_draws():
    entry = made(lambda: torch.cat([torch.randn(150, 200) * 0.1, torch.zeros(50, 200)]))
    assert (entry.text, list(map(str, entry.regions))) == ("random_normal(0, 0.1)", ["[150:200, 0:200]=zeros"])
    entry = made(lambda: torch.stack([torch.randn(30), torch.randn(30)]))
    assert (entry.text, entry.regions) == ("random_normal(0, 1)", ())


@pytest.mark.parametrize("width", [10, 300])
def test_interleaved_heads(width):
    """Fused query, key and value by group, as torchtitan joins them: one law where all have the same."""
    groups, heads, size = 3, 4, 5

    def start(stds, order=("q", "k", "v")):
        def fill(w):
            parts = {
                name: init.trunc_normal_(w.new_empty(groups * count * size, width), std=std)
                for name, count, std in zip("qkv", (heads, 1, 1), stds, strict=True)
                if std is not None
            }
            if len(parts) < 3:
                w.view(groups, -1, size, width)[:, :heads].copy_(parts["q"].view(groups, heads, size, width))
                w.view(groups, -1, size, width)[:, heads + 1 :].copy_(parts["v"].view(groups, 1, size, width))
                return
            w.copy_(torch.cat([parts[name].view(groups, -1, size, width) for name in order], dim=1).view(w.shape))

        return fill

    shape = (groups * (heads + 2) * size, width)
    assert recorded(start((0.1, 0.1, 0.1)), shape).text == "trunc_normal(0, 0.1, -2, 2)"
    assert recorded(start((0.1, 0.1, 0.1), "kvq"), shape).text == "trunc_normal(0, 0.1, -2, 2)"
    for other in ((0.1, 0.2, 0.1), (0.1, 0.1, 0.2), (0.2, 0.1, 0.1), (0.1, None, 0.1)):
        entry = recorded(start(other), shape)
        assert (entry.kind, entry.text) == ("named", ""), entry


def test_trainer_like_nanogpt():
    """Normals by a hook of the module, projections with a deviation of their own, tied embeddings, biases of Linear."""

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.ln = torch.nn.LayerNorm(96, bias=False)
            self.c_attn, self.c_proj = torch.nn.Linear(96, 288), torch.nn.Linear(96, 96)
            self.register_buffer("bias", torch.tril(torch.ones(40, 40)).view(1, 1, 40, 40))

    class Gpt(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.wte = torch.nn.Embedding(300, 96)
            self.h = torch.nn.ModuleList([Block() for _ in range(3)])
            self.lm_head = torch.nn.Linear(96, 300, bias=False)
            self.wte.weight = self.lm_head.weight
            self.apply(self._init_weights)
            for name, parameter in self.named_parameters():
                if name.endswith("c_proj.weight"):
                    torch.nn.init.normal_(parameter, mean=0.0, std=0.02 / math.sqrt(2 * 3))

        def _init_weights(self, module):
            if isinstance(module, torch.nn.Linear | torch.nn.Embedding):
                torch.nn.init.normal_(module.weight, mean=0.0, std=0.02)
            if isinstance(module, torch.nn.Linear) and module.bias is not None:
                torch.nn.init.zeros_(module.bias)

    recording = record(Gpt)
    texts = {entry.name: entry.text for entry in recording.entries}
    assert texts["wte.weight"] == texts["h.0.c_attn.weight"] == "random_normal(0, 0.02)"
    assert texts["h.2.c_proj.weight"] == f"random_normal(0, {0.02 / math.sqrt(6)!r})"
    assert texts["h.1.ln.weight"] == "ones" and texts["h.1.c_attn.bias"] == "zeros"
    assert "lm_head.weight" not in texts
    assert list(recording.values) == ["h.0.bias", "h.1.bias", "h.2.bias"]
    assert recording.table() == {"recorded": 16, "law": 0, "copied": 3, "named": 0, "regions": 0}


def test_trainer_like_torchtitan():
    """Made on the meta device, given memory, then initialized by a method of its own, with depth in the deviation."""

    class Layer(torch.nn.Module):
        def __init__(self, depth):
            super().__init__()
            self.w1, self.w2 = torch.nn.Linear(128, 300, bias=False), torch.nn.Linear(300, 128, bias=False)
            self.norm = torch.nn.RMSNorm(128)
            self.std = 0.02 / (2 * (depth + 1)) ** 0.5

        def init_weights(self):
            self.norm.reset_parameters()
            torch.nn.init.trunc_normal_(self.w1.weight, mean=0.0, std=0.02)
            torch.nn.init.trunc_normal_(self.w2.weight, mean=0.0, std=self.std)

    class Transformer(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.tok_embeddings = torch.nn.Embedding(400, 128)
            self.layers = torch.nn.ModuleDict({str(depth): Layer(depth) for depth in range(2)})
            self.output = torch.nn.Linear(128, 400, bias=False)
            self.register_buffer("freqs_cis", self.rotations(), persistent=False)

        def rotations(self):
            return torch.outer(torch.arange(8), torch.arange(4))

        def init_weights(self):
            self.freqs_cis = self.rotations()
            torch.nn.init.normal_(self.tok_embeddings.weight)
            for layer in self.layers.values():
                layer.init_weights()
            cutoff = 3 * 128**-0.5
            torch.nn.init.trunc_normal_(self.output.weight, mean=0.0, std=128**-0.5, a=-cutoff, b=cutoff)

    def build():
        with torch.device("meta"):
            model = Transformer()
        model.to_empty(device="cpu")
        with torch.no_grad():
            model.init_weights()
        return model

    def build_in_bfloat16():
        torch.set_default_dtype(torch.bfloat16)
        try:
            return build()
        finally:
            torch.set_default_dtype(torch.float32)

    for model in (build, lambda: build().to(torch.bfloat16), build_in_bfloat16):
        entries = {entry.name: entry for entry in record(model).entries}
        assert entries["tok_embeddings.weight"].text == "random_normal(0, 1)"
        assert entries["layers.1.w2.weight"].text == "trunc_normal(0, 0.01, -2, 2)"
        std = 128**-0.5
        assert entries["output.weight"].text == f"trunc_normal(0, {std!r}, {-3 * std!r}, {3 * std!r})"
        assert entries["layers.0.norm.weight"].text == "ones"
        assert not entries["freqs_cis"].is_saved
    assert entries["output.weight"].dtype == "bfloat16"
    without = {entry.name: entry.reason for entry in record(lambda: Transformer().to_empty(device="cpu")).entries}
    assert "uninitialized" in without["output.weight"]


def test_buffers_and_copies():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = torch.nn.BatchNorm2d(8)
            self.one = torch.nn.Linear(300, 200)
            self.two = torch.nn.Linear(300, 200)
            self.two.load_state_dict(self.one.state_dict())
            self.register_buffer("fixed", torch.arange(5.0), persistent=False)

    recording = record(Net)
    entries = {entry.name: entry for entry in recording.entries}
    assert [entries[f"norm.{name}"].text for name in ("running_mean", "running_var", "num_batches_tracked")] == [
        "zeros", "ones", "zeros",
    ]  # fmt: skip
    assert recording.copies == {"two.weight": "one.weight", "two.bias": "one.bias"}
    assert "fixed" not in recording.to_json() and '"fixed"' in recording.to_json(missing="skip", all_buffers=True)
    assert recording.values["fixed"].tolist() == [0, 1, 2, 3, 4]
    assert recording.unrecordable == {}


def test_list(tmp_path):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = torch.nn.Embedding(30, 8, padding_idx=0)
            self.table = torch.nn.Parameter(torch.arange(12.0).view(3, 4))
            self.odd = torch.nn.Parameter(torch.rand(5).log())

    recording = record(Net)
    with pytest.raises(RecordError, match=r"odd: log\(random_uniform\(0, 1\)\)"):
        recording.save(tmp_path / "list.json")
    assert not (tmp_path / "list.json").exists()
    recording.save(tmp_path / "list.json", missing="skip", dtype="bfloat16")
    assert json.loads((tmp_path / "list.json").read_text()) == {
        "source": recording.to_json(missing="skip").split('"')[3],
        "layout": "torch",
        "tensors": [
            {"name": "table", "shape": [3, 4], "dtype": "bfloat16", "values": list(range(12))},
            {"name": "odd", "shape": [5], "dtype": "bfloat16", "initializer": "skip"},
            {
                "name": "embed.weight",
                "shape": [30, 8],
                "dtype": "bfloat16",
                "initializer": "random_normal(0, 1)",
                "regions": [{"slice": "0:1,0:8", "initializer": "zeros"}],
            },
        ],
    }
    assert "odd: log(random_uniform(0, 1))" in repr(recording)
    with pytest.raises(ValueError, match="missing"):
        recording.to_json(missing="no")


def test_errors():
    with pytest.raises(TypeError, match="not the model"):
        record(torch.nn.Linear(2, 2))
    with pytest.raises(TypeError, match="function or a configuration"):
        record(3)
    with pytest.raises(TypeError, match=r"torch.nn.Module, not 3"):
        record(lambda: 3)
    with pytest.raises(RecordError, match=r"asks for the values of .*random_normal"):
        recorded(lambda w: w.normal_().sum().item())
    with pytest.raises(ZeroDivisionError):
        record(lambda: 1 / 0)


def test_host_is_as_before():
    """Functions of torch.nn.init, random states and the default device are what they were."""
    codes = [getattr(init, name).__code__ for name in ("normal_", "trunc_normal_", "xavier_uniform_")]
    torch.manual_seed(1)
    states = torch.get_rng_state(), random.getstate(), numpy.random.get_state()[1].tolist()
    recorded(lambda w: [init.normal_(w), torch.rand(3), random.random(), numpy.random.random()])
    with pytest.raises(ZeroDivisionError):
        record(lambda: 1 / 0)
    assert [getattr(init, name).__code__ for name in ("normal_", "trunc_normal_", "xavier_uniform_")] == codes
    assert not [name for name in vars(init) if name.startswith("_glorand")]
    assert torch.equal(torch.get_rng_state(), states[0]) and random.getstate() == states[1]
    assert numpy.random.get_state()[1].tolist() == states[2]
    assert random.seed.__self__ is random._inst and torch.empty(3).device.type == "cpu"
    assert init.normal_(torch.empty(100)).std() > 0.5


def test_large_models_have_no_memory():
    """671 billion elements."""
    entry = recorded(lambda w: init.normal_(w, std=0.02), (671, 10**9))
    assert (entry.shape, entry.text) == ((671, 10**9), "random_normal(0, 0.02)")


def test_parametrizations():
    """Iterations over random values, memory that is set, and operations that the meta device lacks."""
    made = torch.nn.utils.parametrizations
    for size in (3, 300):
        entries = {
            entry.name: entry for entry in record(lambda n=size: made.spectral_norm(torch.nn.Linear(n, 4))).entries
        }
        weight = entries["parametrizations.weight.original"]
        assert (weight.kind, weight.text) == ("recorded", "kaiming_uniform(2.23606797749979, fan_in, leaky_relu)")
        assert entries["parametrizations.weight.0._u"].kind == "named"
        entries = {
            entry.name: entry for entry in record(lambda n=size: made.orthogonal(torch.nn.Linear(n, n + 1))).entries
        }
        assert entries["parametrizations.weight.original"].text == "identity(-1)"
        assert "linalg_householder_product" in entries["parametrizations.weight.0.base"].reason
    with pytest.raises(RecordError, match="asks for the values of"):
        record(lambda: made.orthogonal(torch.nn.Linear(300, 300)))


def test_wrapped_and_odd_modules():
    assert [entry.name for entry in record(lambda: torch.compile(torch.nn.Linear(2, 3))).entries] == ["weight", "bias"]
    with pytest.raises(glorand.GlorandError, match="weight: has no shape before the module has run once"):
        record(lambda: torch.nn.LazyLinear(3))

    class Sparse(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.eye(3).to_sparse())

    assert record(Sparse).unrecordable == {"weight": "its layout is torch.sparse_coo, and not strided"}


def test_the_base_law_over_a_region():
    """A later write of the whole's law counts where it lies over an earlier part."""

    def build():
        model = torch.nn.Linear(2, 6, bias=False)
        with torch.no_grad():
            model.weight.zero_()
            model.weight[0:3].normal_(5, 1)
            model.weight[2:4].zero_()
        return model

    (entry,) = record(build).entries
    assert list(map(str, entry.regions)) == ["[0:3, 0:2]=random_normal(5, 1)", "[2:4, 0:2]=zeros"]


@pytest.mark.parametrize("rows", [63, 64, 65])
def test_many_rows_that_are_not_all(rows):
    """However many writes there are, what was left out is named."""
    outer = torch.nn.Linear(4, 100, bias=False, device="meta")

    def build():
        with torch.no_grad():
            for row in range(rows):
                outer.weight[row].fill_(row)
        return outer

    (entry,) = record(build).entries
    assert entry.kind == "named" and "partly uninitialized" in entry.reason


def test_draws_that_stand_twice():
    entry = made(lambda: torch.cat([drawn := torch.randn(150, 200), drawn]))
    assert entry.kind == "named" and "the same draws" in entry.reason


@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.complex64, torch.complex128])
def test_values_of_odd_dtypes(dtype):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("table", torch.tensor([1.0, 0.5, -2.0]).to(dtype))

    recording = record(Net)
    assert recording.entries[0].kind == "copied"
    model = glorand.torch.init_(Net(), recording, seed=1)
    glorand.torch.check(model, recording, seed=1)
    if dtype.is_complex:
        with pytest.raises(RecordError, match="table: values of complex"):
            recording.to_json()
        assert json.loads(recording.to_json(missing="skip"))["tensors"] == []
    else:
        assert json.loads(recording.to_json())["tensors"][0]["values"] == [1, 0.5, -2]
