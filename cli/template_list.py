"""`mkaudio reprogram --templates` without a dataset: the sets, each relation with a filled example."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.prompts import TemplateSet


def print_templates(name: str) -> None:
    """Print one set, every pattern of it; or all sets, a pattern for each relation.

    Args:
        name: of a set or a file; "" for all sets.
    """
    from mkaudio.prompts import example_of, load_templates, template_set_names

    if name:
        for template in load_templates(name).templates:
            print(f"{template.name:<12} {template.layout.value:<22} {template.text}\n{'':<35} {example_of(template)}")
        return
    for each in template_set_names():
        _print_overview(load_templates(each))
    print("X is the clip's prompt, A and B are events. Every pattern: mkaudio reprogram --templates natural")
    print("your own: docs/templates.md says how to write a file")


def _print_overview(templates: "TemplateSet") -> None:
    from mkaudio.prompts import example_of

    print(f"{templates.name}: {len(templates.templates)} patterns")
    for layout in templates.layouts:
        of_layout = templates.of_layout(layout)
        print(f"  {layout.value:<22} {len(of_layout):>3}  {example_of(of_layout[0])}")
    print()
