"""The files themselves: each is what its head says, and differs from its kin by a few lines."""

import re
import shutil
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path

import pytest
import yaml

from vitpose_plus.errors import ConfigurationError

CONF = Path(__file__).resolve().parents[2] / "conf"


def text_of(published):
    return (CONF / published.environment / "parameters.yml").read_text()


def head_of(published):
    """The comment that a file begins with, on one line."""
    lines = text_of(published).splitlines()
    return " ".join(line[2:] for line in takewhile(lambda line: line.startswith("#"), lines))


def leaves(nested, prefix=""):
    """Dotted name -> value."""
    found = {}
    for key, value in nested.items():
        inner = isinstance(value, dict) and value
        found |= leaves(value, f"{prefix}{key}.") if inner else {prefix + key: value}
    return found


def test_every_recipe_in_conf_is_in_the_table(table):
    found = {path.name for path in CONF.glob("full*") if path.is_dir()}
    assert found == {row.environment for row in table}


def test_a_head_names_its_own_model_environment_and_pipeline(published):
    """Issues 126 and 152 of the official repository: configs of one model under another's name."""
    head = head_of(published)
    assert head.startswith(f"{published.kind}-{published.size.upper()} on ")
    command = f"kedro run --env={published.environment} --pipeline={published.pipeline} "
    assert command in head
    assert f"8 GPUs, {published.batch // 8} pictures each" in head
    assert "Not yet run by us." in head


def test_a_head_tells_the_published_figures_and_no_others(published):
    found = dict(re.findall(r"([\w-]+) (?:AP|PCKh) (\d\d\.\d)", head_of(published)))
    assert found == published.figures


def test_a_recipe_is_a_few_lines(published):
    content = yaml.safe_load(text_of(published))
    assert len(leaves(content)) <= 13
    assert len([x for x in text_of(published).splitlines() if x.strip() and x[0] != "#"]) <= 9


def test_recipes_of_a_kind_differ_by_their_size_s_own_settings_alone(published, recipe, ours):
    kin = ours("full" if published.kind == "ViTPose+" else "full_coco")
    one, other = (leaves(asdict(each)) for each in (recipe, kin))
    named = published.environment
    differing = {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
    assert differing <= {
        "model.size",
        "model.drop_path",
        "training.start.weights",
        "training.start.origin",
        "training.start.heads",
        "training.optimisation.layer_decay",
        "training.activation_checkpointing",
        "training.launch.strategy",
        "promotion.registered_model",  # named for the environment
    } | {key for key, value in one.items() if f"data/{named}/" in str(value)}


def test_all_recipes_share_what_is_ingested_and_cut(recipe, ours):
    assert asdict(recipe.data) | {"only": None} == asdict(ours("full").data)


def test_each_recipe_has_results_of_its_own(table, ours):
    folders = [ours(row.environment).vitpose_plus.models for row in table]
    assert len(set(folders)) == len(table)


def test_data_sets_are_written_down_once(published):
    path = CONF / published.environment / "parameters_data.yml"
    assert path.resolve() == CONF / "full" / "parameters_data.yml"
    assert path.is_symlink() == (published.environment != "full")


def test_every_recipe_begins_with_mae_s_weights_of_its_size(recipe, published):
    start = recipe.training.start
    assert start.weights.name == f"mae_pretrain_vit_{published.pretrained}.pth"
    # A ViTPose-S has 12 heads, a vit_small 6, and nothing in a file tells.
    assert start.heads == (12 if published.size == "s" else None)


def test_starting_from_scratch_takes_a_word(load):
    assert load("full", {"training": {"start": None}}).training.start is None


def test_a_recipe_s_batch_divides_among_its_gpus(recipe):
    assert recipe.training.launch.processes == 8
    assert recipe.training.batch_size % 8 == 0


def test_only_h_is_sharded(recipe, published):
    sharded = published.size == "h"
    assert recipe.training.launch.strategy == ("fsdp" if sharded else "ddp")
    assert recipe.training.activation_checkpointing == sharded


@pytest.fixture
def spoilt(tmp_path, load):
    """Load an environment of a copy of conf/ after a replacement in one of its files."""

    def read(environment, name, old, new):
        conf = tmp_path / "conf"
        shutil.copytree(CONF, conf, symlinks=True)
        path = conf / environment / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
        return load(environment, conf=conf)

    return read


def test_a_misspelt_key_is_refused_with_its_file(spoilt):
    """As `decay_multi` in mmpose's recipes, which nothing reads."""
    with pytest.raises(ConfigurationError) as error:
        spoilt("full_l", "parameters.yml", "layer_decay", "decay_multi")
    assert "full_l/parameters.yml: training.optimisation.decay_multi: unknown key" in str(
        error.value
    )


def test_a_fault_among_the_data_sets_is_found_through_the_link(spoilt):
    with pytest.raises(ConfigurationError) as error:
        spoilt("full_coco_s", "parameters_data.yml", "layout: aic", "layout: aci")
    assert "full_coco_s/parameters_data.yml: data.datasets.aic.layout" in str(error.value)


def test_a_batch_that_does_not_divide_is_explained(load):
    with pytest.raises(ConfigurationError, match=r"batch_size 100 .* no multiple of 8"):
        load("full", {"training": {"batch_size": 100}})
