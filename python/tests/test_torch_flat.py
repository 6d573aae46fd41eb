"""Flat buffers, and check: against whole tensors, cut by torch."""

import random

import pytest

torch = pytest.importorskip("torch")
import glorand  # noqa: E402
import glorand.torch  # noqa: E402

LAWS = {"*.weight": "he_normal", "*.bias": "random_normal(0, 1)"}
SHAPES = {"a.weight": (5, 7), "a.bias": (5,), "b.weight": (3, 2, 4), "none.bias": (0,), "b.bias": (1,)}


def wholes(dtype=torch.float32):
    """The tensors one by one."""
    model = torch.nn.Module()
    for name, shape in SHAPES.items():
        model.register_parameter(name.replace(".", "_"), torch.nn.Parameter(torch.zeros(shape, dtype=dtype)))
    laws = {"weight": glorand.he_normal(layout="torch"), "bias": glorand.random_normal(0, 1)}
    return [
        laws[name.partition(".")[2]].fill_(torch.zeros(shape, dtype=dtype), seed=4, name=name)
        for name, shape in SHAPES.items()
    ]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_ranges(dtype):
    """Each range of the flat buffer, packed or with gaps, has what the tensors have there, and gaps stay."""
    chance = random.Random(1)
    for _ in range(100):
        gaps = [chance.choice((0, 0, 3, 8)) for _ in SHAPES]
        flat, offsets = [], []
        for whole, gap in zip(wholes(dtype), gaps, strict=True):
            offsets.append(sum(map(len, flat)) + gap)
            flat += [torch.full((gap,), -1, dtype=dtype), whole.reshape(-1)]
        expected = torch.cat([*flat, torch.full((9,), -1, dtype=dtype)])
        first = chance.randrange(len(expected))
        buffer = torch.full((chance.randrange(len(expected) - first + 1),), -1, dtype=dtype)
        said = {"first": first, "seed": 4} if any(gaps) else {"first": first, "seed": 4, "offsets": None}
        if any(gaps):
            said["offsets"] = offsets
        assert glorand.torch.fill_flat_(buffer, SHAPES.items(), LAWS, **said) is buffer
        assert torch.equal(buffer, expected[first : first + len(buffer)])
        glorand.torch.check_flat(buffer, SHAPES, LAWS, **said)


def test_check_flat_finds():
    buffer = glorand.torch.fill_flat_(torch.zeros(40), SHAPES, LAWS, seed=4, first=8)
    whole = wholes()[0]
    buffer[5] = torch.nan  # element 13 of a.weight
    with pytest.raises(glorand.torch.Mismatch) as caught:
        glorand.torch.check_flat(buffer, SHAPES, LAWS, seed=4, first=8)
    (found,) = caught.value.differences
    assert (found.name, found.index, found.expected) == ("a.weight", (1, 6), whole[1, 6].item())
    assert found.found != found.found
    assert (found.differing, found.elements) == (1, 27)
    assert str(caught.value).startswith("1 tensor differs: a.weight[1, 6] is nan, not ")


def test_flat_refused():
    buffer = torch.zeros(65)

    def refused(status, match, values=buffer, shapes=SHAPES, laws=LAWS, **said):
        with pytest.raises(glorand.GlorandError, match=match) as caught:
            glorand.torch.fill_flat_(values, shapes, laws, **{"seed": 1, **said})
        assert caught.value.status == status and not buffer.any()

    refused("GLR_ERROR_SHAPE", "one packed axis", torch.zeros(5, 5))
    refused("GLR_ERROR_SHAPE", "one packed axis", torch.zeros(8)[::2])
    refused("GLR_ERROR_SHAPE", "first|negative", first=-1)
    refused("GLR_ERROR_SHAPE", "offsets", offsets=[0, 3, 40, 64, 64])
    refused("GLR_ERROR_ARGUMENT", "offsets: 2 of them for 5 tensors", offsets=[0, 35])
    refused("GLR_ERROR_UNDECIDED", r"b.weight \[3, 2, 4\]", laws={"a.*": "ones"})
    refused("GLR_ERROR_PARSE", "duplicate", shapes=[("a.weight", (2,)), ("a.weight", (2,))])
    refused("GLR_ERROR_UNSEEDED", "seed", seed=None)
    refused("GLR_ERROR_UNSUPPORTED", "a.weight", torch.zeros(65, dtype=torch.int32))
    refused("GLR_ERROR_UNSUPPORTED", "a.weight: array: .* is on the device meta", torch.zeros(65, device="meta"))
    for values, shapes in (([0.0] * 65, SHAPES), (buffer, [("a.weight", 2.5)]), (buffer, {3: (2,)})):
        with pytest.raises(TypeError):
            glorand.torch.fill_flat_(values, shapes, LAWS, seed=1)
    assert not buffer.any()


def test_check():
    """It names all that differ, looks at bits, and at what rules decide alone."""
    with torch.device("meta"):
        model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 2, dtype=torch.bfloat16))
    laws = {"*weight": "glorot_normal", "0.bias": "zeros", "1.bias": "skip"}
    with pytest.raises(glorand.GlorandError, match=r"0\.weight: is on meta"):
        glorand.torch.check(model, laws, seed=1)
    glorand.torch.init_(model, laws, seed=1)
    assert model[1].bias.is_meta
    glorand.torch.check(model, laws, seed=1)
    model[0].bias.data[2] = -0.0
    model[1].weight.data[1, 1:] += 1
    with pytest.raises(glorand.torch.Mismatch) as caught:
        glorand.torch.check(model, laws, seed=1)
    bias, weight = caught.value.differences
    assert (bias.name, bias.index) == ("0.bias", (2,)) and str(bias.found) == "-0.0" and str(bias.expected) == "0.0"
    assert (weight.name, weight.index) == ("1.weight", (1, 1)) and (weight.differing, weight.elements) == (2, 6)
    assert "0.bias[2] is -0.0, not 0.0 (1 of 3 differ); 1.weight[1, 1] is" in str(caught.value)
    with pytest.raises(glorand.GlorandError, match="no rule decides"):
        glorand.torch.check(model, {"0.*": "ones"}, seed=1)
    many = torch.nn.Sequential(*(torch.nn.Linear(1, 1) for _ in range(12)))
    with pytest.raises(glorand.torch.Mismatch, match=r"24 tensors differ: .*; and 16 more"):
        glorand.torch.check(many, {"*": "constant(9)"}, seed=1)
