"""`python -m glorand list`: what it prints, and its errors."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

transformers = pytest.importorskip("transformers")
pytest.importorskip("torch")
from glorand._list import main  # noqa: E402

TINY = {"num_hidden_layers": 1, "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2, "vocab_size": 50}


@pytest.fixture
def run(capsys):
    """Runs the command in this process: its status, and what it wrote to standard output and standard error."""

    def called(*arguments):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        written = capsys.readouterr()
        if isinstance(status, str):  # which Python writes to standard error, with status 1
            return SimpleNamespace(returncode=1, stdout=written.out, stderr=f"{written.err}{status}\n")
        return SimpleNamespace(returncode=status, stdout=written.out, stderr=written.err)

    return called


def saved(folder, kind, architecture, **changes):
    """A folder with a config.json."""
    config = transformers.AutoConfig.for_model(kind, **{**TINY, **changes}, architectures=[architecture])
    config.save_pretrained(folder)
    return folder


def test_list(tmp_path):
    saved(tmp_path, "llama", "LlamaForCausalLM", dtype="bfloat16")
    command = [sys.executable, "-m", "glorand", "list", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0 and done.stderr == ""
    tensors = json.loads(done.stdout)["tensors"]
    assert tensors[0] == {
        "name": "model.embed_tokens.weight", "shape": [50, 32], "dtype": "bfloat16",
        "initializer": "random_normal(0, 0.02)",
    }  # fmt: skip
    assert {tensor["initializer"] for tensor in tensors} == {"random_normal(0, 0.02)", "ones"}


def test_padding_rows(tmp_path, run):
    saved(tmp_path, "bert", "BertForMaskedLM", pad_token_id=3)
    done = run(tmp_path, "-o", tmp_path / "list.json", "--dtype", "float16")
    assert done.returncode == 0 and done.stderr == ""
    first = json.loads((tmp_path / "list.json").read_text())["tensors"][0]
    assert first["regions"] == [{"slice": "3:4,0:32", "initializer": "zeros"}] and first["dtype"] == "float16"


def test_what_a_list_cannot_say(tmp_path, run):
    few = {"num_hidden_layers": 1, "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2}
    saved(tmp_path, "wav2vec2", "Wav2Vec2ForCTC", **few, num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2)
    done = run(tmp_path, "-o", tmp_path / "list.json")
    assert done.returncode == 1 and "pos_conv_embed.conv.parametrizations.weight.original0: " in done.stderr
    assert "a list cannot say how 1 tensor starts, and" in done.stderr
    assert not (tmp_path / "list.json").exists()
    done = run(tmp_path, "-o", tmp_path / "list.json", "--allow-missing")
    assert done.returncode == 0 and "original0: " in done.stderr
    listed = json.loads((tmp_path / "list.json").read_text())["tensors"]
    assert [tensor["name"][-9:] for tensor in listed if tensor.get("initializer") == "skip"] == ["original0"]


def test_errors(tmp_path, run):
    done = run(tmp_path)
    assert done.returncode == 1 and done.stderr.startswith(f"glorand list: {tmp_path}/config.json: no such file; ")
    assert run().returncode == 2
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"model_type": "mine", "auto_map": {"AutoConfig": "code.Config"}}))
    (tmp_path / "code.py").write_text("raise SystemExit('this must not run')")
    done = run(tmp_path)
    assert done.returncode == 1 and "the model needs code of its own, which is not run" in done.stderr
    path.write_text("{")
    assert run(tmp_path).stderr.startswith(f"glorand list: {path}: ")
    saved(tmp_path, "llama", "LlamaForNothing")
    assert "has no class 'LlamaForNothing'" in run(tmp_path).stderr
    saved(tmp_path, "llama", "LlamaForCausalLM")
    assert "unknown dtype 'float5'" in run(tmp_path, "--dtype", "float5").stderr
    done = run(tmp_path, "-o", tmp_path / "none" / "list.json")
    assert done.returncode == 1 and "No such file or directory" in done.stderr


def test_configs_that_do_not_fit(tmp_path, run):
    """A line says what is wrong, and no traceback."""
    path = tmp_path / "config.json"
    for members, why in (
        ({"n_embd": "many"}, f"{path}: Validation error for field 'n_embd'"),
        ({"n_embd": 65}, f"{tmp_path}: ValueError: `embed_dim` must be divisible by num_heads"),
        ({"n_embd": 12, "dtype": "int8"}, "dtype of the config: "),
    ):
        path.write_text(json.dumps({"model_type": "gpt2", **members}))
        done = run(tmp_path)
        assert done.returncode == 1 and done.stderr.startswith(f"glorand list: {why}"), done.stderr


def test_without_transformers(tmp_path, python):
    (tmp_path / "config.json").write_text("{}")
    program = f"""
import sys
sys.modules["transformers"] = None
from glorand._list import main
main([{str(tmp_path)!r}])
"""
    assert "transformers is needed" in python(program, status=1)
