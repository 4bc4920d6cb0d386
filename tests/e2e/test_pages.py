"""What README and tutorial show is what the program does: every example on them is run."""

from __future__ import annotations

import pytest

import run_pages


@pytest.mark.parametrize("page", run_pages.PAGES)
def test_examples_of_a_page_print_what_it_shows(page, tmp_path):
    text = (run_pages.ROOT / page).read_text(encoding="utf-8")
    assert run_pages.examples(text), f"{page} has no example that runs"
    _, differences = run_pages.run_page(text, tmp_path)
    assert not differences, "\n\n".join(differences)


PAGE = """\
```python
dose_gy = 3.5
print("dose", dose_gy, "Gy")
```

```text
dose 3.5 Gy
```
"""


@pytest.mark.parametrize(
    ("shown", "is_true"),
    [
        ("dose 3.5 Gy", True),
        ("dose 3.51 Gy", True),
        ("dose 4.5 Gy", False),
        ("dose 3.5 mGy", False),
        ("dose -3.5 Gy", False),
        ("...", True),
        ("dose 3.5 Gy\nmore", False),
        ("", False),
    ],
)
def test_a_page_that_shows_something_else_is_found(shown, is_true, tmp_path):
    page = PAGE.replace("dose 3.5 Gy", shown)
    _, differences = run_pages.run_page(page, tmp_path)
    assert (not differences) is is_true


@pytest.mark.parametrize("shown", ["dose 9 Gy", "..."])
def test_writing_a_page_puts_in_what_was_printed(shown, tmp_path):
    written, _ = run_pages.run_page(PAGE.replace("dose 3.5 Gy", shown), tmp_path)
    assert written == PAGE


def test_writing_a_page_keeps_what_leaves_lines_out(tmp_path):
    page = PAGE.replace("dose 3.5 Gy", "...\ndose 3.5 Gy")
    assert run_pages.run_page(page, tmp_path)[0] == page


def test_namespace_and_folder_last_over_a_page(tmp_path):
    page = (
        '```python\na = 1\nopen("f", "w").close()\n```\n'
        "\n```python\nprint(a)\n```\n```text\n1\n```\n"
    )
    assert run_pages.run_page(page, tmp_path) == (page, [])
    assert (tmp_path / "f").exists()
