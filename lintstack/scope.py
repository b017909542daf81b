"""What a run is about: the files below its paths, who reads them, and the projects that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintstack.findings import Kind
from lintstack.given import Given, amended, project_of, reader_of, tree_of
from lintstack.named import NamedTuple
from lintstack.project import UsageError, discover
from lintstack.reader import Reader, suggest

if TYPE_CHECKING:
    from lintstack.config import Config
    from lintstack.environments import Project
    from lintstack.project import Tree


class Options(NamedTuple):
    """What a run is asked for, beside the configuration; those who only want stacks pass over what is about rules.

    Args:
        paths: files and folders to lint.
        config: the configuration in force.
        as_kind: what environments of unknown kind are taken for.
        environments: only these environments, by name; empty: all.
        select, extend_select, ignore, preset: see `selection.select`.
        inline_ignores: whether suppression comments count.
        root: folder outside which nothing is opened; "" lets discovery choose.
        related: report only findings that touch the given files (their stacks are still analysed whole).
        fingerprints: whether findings get them; text reports do not show them.
        count_prod: whether to count what `--as prod` would add; only summaries show it.
        given: what is said in the words of `docker compose`, checked (`given.checked`).
    """

    paths: tuple[str, ...]
    config: Config
    as_kind: Kind | None = None
    environments: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    preset: str = ""
    inline_ignores: bool = True
    root: str = ""
    related: bool = False
    fingerprints: bool = True
    count_prod: bool = True
    given: Given = Given()


def scope(options: Options) -> tuple[Tree, Reader, tuple[Project, ...]]:
    """What there is: the files below the paths, who reads them, the projects that they are.

    Raises:
        UsageError: a path that does not exist or cannot be read, an environment that there is not.
    """
    given, config = options.given, options.config
    # With `related`, what is not in the given files may still be part of their stacks.
    paths = (() if given.files else (".",)) if options.related else options.paths
    if given.files:
        tree = tree_of(given, paths, config, options.root)
    else:
        paths = paths or (given.project_directory or ".",)
        tree = discover(paths, config, options.root or None, given.held, given.project_directory)
    reader = reader_of(given, tree.root, bool(options.root))
    if given.files:
        name = options.environments[0] if options.environments else ""
        return tree, reader, (project_of(given, config, reader, name, options.as_kind),)
    return tree, reader, amended(_inferred(tree, options, reader), given, reader)


def _inferred(tree: Tree, options: Options, reader: Reader) -> tuple[Project, ...]:
    if not tree.compose_files:
        return ()
    from lintstack.environments import infer

    projects = infer(tree, options.config, reader, options.as_kind)
    known = {environment.name for project in projects for environment in project.environments}
    for name in options.environments:
        if name not in known:
            hint = suggest(name, known) or f"; there are {', '.join(sorted(known)) or 'none'}"
            raise UsageError(f"--env {name}: no environment is called that{hint}")
    return projects
