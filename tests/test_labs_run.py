"""The labs that readers download run by themselves, and the new ones compute what guides say of them."""

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from labs import kl, norm, policy_gradient, roofline, router_gradient, sampling
from labs.train import text

from catalogue.records import Catalogue
from render.exports.notebooks_and_cards import (
    ARCHIVE,
    NOTEBOOKS,
    TOUR,
    TRAINING_ARCHIVE,
    cells_of_script,
    lab_downloads,
    notebook_path,
)
from render.labs import LABS


def code_of_notebook(text: str) -> str:
    cells = json.loads(text)["cells"]
    return "\n\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")


@pytest.fixture(scope="module")
def downloads(catalogue: Catalogue) -> dict[str, bytes]:
    return dict(lab_downloads([problem.exercise for problem in catalogue.problems if problem.exercise]))


@pytest.fixture(scope="module")
def unpacked(downloads: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive in an empty folder."""
    folder = tmp_path_factory.mktemp("labs")
    zipfile.ZipFile(io.BytesIO(downloads[ARCHIVE])).extractall(folder)
    return folder


# `python -m labs.NAME` for each, in one process: to start Python and NumPy takes longer than most labs.
RUN_LABS = """
import runpy, sys
for name in sys.argv[1:]:
    print("\\f" + name)
    runpy.run_module(f"labs.{name}", run_name="__main__")
"""


def test_every_lab_of_the_archive_runs_and_its_notebook_prints_the_same(
    unpacked: Path, downloads: dict[str, bytes]
) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, "-W", "ignore", "-c", RUN_LABS, *LABS]
    done = subprocess.run(command, cwd=unpacked, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = dict(part.split("\n", 1) for part in done.stdout.split("\f")[1:])
    assert said.keys() == set(LABS)
    for name in LABS:
        assert len(said[name].splitlines()) >= 2, name
        assert "nan" not in said[name], name
        code = code_of_notebook(downloads[notebook_path(name)].decode())
        imported = "".join(re.findall(r"^(?:from|import) .*", code, re.M))
        assert "labs." not in imported, f"{name} needs a file beside it"
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, notebook_path(name), "exec"), {"__name__": "__main__"})
        assert printed.getvalue() == said[name], name


def test_the_tour_of_the_lab_that_trains_is_a_notebook_in_its_archive_too(downloads: dict[str, bytes]) -> None:
    notebook = downloads[f"{NOTEBOOKS}/{TOUR}"]
    assert zipfile.ZipFile(io.BytesIO(downloads[TRAINING_ARCHIVE])).read(TOUR) == notebook
    script = (Path(__file__).parents[1] / "labs/train/tour.py").read_text("utf-8")
    statements = [ast.unparse(node) for node in ast.parse(code_of_notebook(notebook.decode())).body]
    assert statements == [ast.unparse(node) for node in ast.parse(script).body]


def test_a_script_in_the_percent_format_is_cut_into_cells() -> None:
    assert list(cells_of_script("# %% [markdown]\n# # A\n#\n# b\n\n# %%\nx = 1\n")) == [
        ("markdown", "# A\n\nb"),
        ("code", "x = 1"),
    ]
    with pytest.raises(ValueError, match="import os"):
        list(cells_of_script("import os\n# %%\n"))


def test_the_archive_of_the_lab_that_trains_has_the_whole_text_of_the_site(
    downloads: dict[str, bytes], tmp_path: Path
) -> None:
    zipfile.ZipFile(io.BytesIO(downloads[TRAINING_ARCHIVE])).extractall(tmp_path)
    for folder, kind in (("docs/en", "*.md"), ("docs/zh", "*.md"), ("data", "*.yaml")):
        here, there = (
            {file.relative_to(root): file.read_bytes() for file in (root / folder).rglob(kind)}
            for root in (text.ROOT, tmp_path)
        )
        assert here == there, "what `text.documents` reads"
    assert "python -m labs.train" in (tmp_path / "README.md").read_text("utf-8")
    own = {path.name for path in (Path(__file__).parents[1] / "labs/train").glob("*.py")}
    assert {path.name for path in (tmp_path / "labs/train").glob("*.py")} == own
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".pt", ".pyc")]


def test_the_archive_is_the_same_each_time_and_has_a_readme(unpacked: Path, downloads: dict[str, bytes]) -> None:
    assert downloads[ARCHIVE] == dict(lab_downloads())[ARCHIVE]
    assert "python -m labs.mla" in (unpacked / "labs/README.md").read_text("utf-8")


def test_top_p_keeps_the_smallest_set_and_temperature_keeps_the_order() -> None:
    p = np.array([0.1, 0.5, 0.05, 0.35])
    np.testing.assert_allclose(sampling.top_p(p, 0.85), [0, 0.5 / 0.85, 0, 0.35 / 0.85])
    np.testing.assert_allclose(sampling.top_p(p, 0.86) > 0, [True, True, False, True])
    logits = np.array([[2.0, 1.0, 0.0]])
    cold, hot = sampling.with_temperature(logits, 0.5), sampling.with_temperature(logits, 2.0)
    assert cold[0, 0] > norm.softmax(logits)[0, 0] > hot[0, 0]
    np.testing.assert_allclose(sampling.with_temperature(logits, 0), [[1, 0, 0]])


def test_a_baseline_leaves_the_gradient_and_takes_the_noise(rng: np.random.Generator) -> None:
    logits, reward = np.array([1.0, 0.0, 0.0, -1.0]), np.array([10.0, 10.0, 11.0, 10.0])
    exact, mean = policy_gradient.exact_gradient(logits, reward), norm.softmax(logits) @ reward
    plain = policy_gradient.sampled_gradients(logits, reward, 400_000, rng)
    based = policy_gradient.sampled_gradients(logits, reward, 400_000, rng, mean)
    np.testing.assert_allclose(plain.mean(axis=0), exact, atol=0.05)
    np.testing.assert_allclose(based.mean(axis=0), exact, atol=0.005)
    assert based.var() < plain.var() / 100
    runs = [
        [
            policy_gradient.train(np.zeros(4), reward, 300, 0.3, 4, np.random.default_rng(seed), with_baseline)[-1]
            for seed in range(4)
        ]
        for with_baseline in (True, False)
    ]
    assert min(runs[0]) > 10.9 > 10.1 > min(runs[1]), "without a baseline a run can settle on a worse answer"


def test_kl_estimates_have_the_mean_that_is_said_of_them(rng: np.random.Generator) -> None:
    p, q, old = norm.softmax(rng.standard_normal((3, 6)))
    exact, x = kl.exact(p, q), rng.choice(6, size=400_000, p=p)
    _, k2, _ = kl.estimates(np.log(p[x]), np.log(q[x]))
    assert abs(k2.mean() - exact) > 0.02 * exact
    x = rng.choice(6, size=400_000, p=old)
    assert kl.weighted_k3(np.log(p[x]), np.log(old[x]), np.log(q[x])).mean() == pytest.approx(exact, rel=0.03)


def test_beyond_the_critical_batch_time_grows_with_the_tokens_and_a_small_product_has_none() -> None:
    machine = (4096, 11008, 1e15, 3e12)
    batch = roofline.critical_batch(*machine)
    assert roofline.time(2 * batch, *machine) == pytest.approx(2 * roofline.time(batch, *machine))
    assert roofline.critical_batch(64, 64, 1e15, 3e12) is None


def test_a_router_sees_the_gradient_of_the_chosen_alone(rng: np.random.Generator) -> None:
    u, e, o, target = rng.normal(size=5), rng.normal(size=(7, 5)), rng.normal(size=(7, 4)), rng.normal(size=4)
    h, _, chosen = router_gradient.forward(u, e, o, 3)
    found = router_gradient.centroid_gradient(u, e, o, 3, h - target)
    assert not found[~chosen].any()
    for i in np.flatnonzero(chosen):
        nudge = np.zeros_like(e)
        nudge[i, 1] = 1e-6
        up, down = (np.sum((router_gradient.forward(u, e + s * nudge, o, 3)[0] - target) ** 2) / 2 for s in (1, -1))
        assert found[i, 1] == pytest.approx((up - down) / 2e-6, abs=1e-7)
