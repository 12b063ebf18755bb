"""YAML files whose lines are known."""

from pathlib import Path

import pytest

from puppet.errors import ModelError
from training.recipes.yaml_document import YamlDocument, nearest, read_yaml

TEXT = """# a comment
name: small
model:
  side: 64
  widths:
    - 8
    - {first: 1,
       second: 2}
rest: [1, 2]
"""


def read(tmp_path: Path, text: str) -> YamlDocument:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return read_yaml(path)


def test_every_value_has_its_line(tmp_path: Path) -> None:
    document = read(tmp_path, TEXT)
    assert document.content == {"name": "small", "model": {"side": 64, "widths": [8, {"first": 1, "second": 2}]}, "rest": [1, 2]}
    wanted = {
        ("name",): 2,
        ("model",): 3,
        ("model", "side"): 4,
        ("model", "widths", 0): 6,
        ("model", "widths", 1, "second"): 8,
        ("rest", 1): 9,
    }
    assert {place: document.line(place) for place in wanted} == wanted


def test_line_of_what_is_not_there_is_that_of_what_lies_around(tmp_path: Path) -> None:
    document = read(tmp_path, TEXT)
    assert document.line(("model", "widths", 1, "third", "more")) == 7
    assert document.line(("absent",)) == 1


def test_key_is_found_wherever_it_stands(tmp_path: Path) -> None:
    document = read(tmp_path, TEXT)
    assert document.find("second") == ("model", "widths", 1, "second")
    assert document.find("absent") == ()


def test_problem_names_file_line_and_key(tmp_path: Path) -> None:
    document = read(tmp_path, TEXT)
    assert str(document.problem(("model", "side"), "is 64", "Take more.")) == f"{document.path}, line 4: model.side is 64. Take more."
    assert document.problem((), "says little").sentence == f"{document.path} says little."


def test_parts_taken_over_keep_the_line_they_are_taken_over_on(tmp_path: Path) -> None:
    document = read(tmp_path, "base: &base\n  a: 1\nother:\n  <<: *base\n  b: 2\n")
    assert document.content["other"] == {"a": 1, "b": 2}
    assert (document.line(("other", "b")), document.line(("other", "a"))) == (5, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", r"mine\.yaml, line 5: b\.c is given twice; before, on line 3\."),
        ("a: [\nb: 1", r"mine\.yaml, line 2: this is no YAML"),
        ("a: 1\n\tb: 2", r"mine\.yaml, line 2: this is no YAML"),
        ("a: !!python/object:os.system {}", r"mine\.yaml, line 1: this is no YAML"),
        ("- 1\n- 2", "is not a YAML mapping"),
        ("", "is not a YAML mapping"),
        ("a: \x00", "can't be read"),
        ("a: &a [*a]", "holds too much"),
    ],
)
def test_what_is_no_recipe_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        read(tmp_path, text)


def test_nearest_word() -> None:
    assert nearest("weigths", ["widths", "weights", "name"]) == "weights"
    assert nearest("Generator", ["detector", "generator"]) == "generator"
    assert nearest("colour", ["name", "side"]) == ""
