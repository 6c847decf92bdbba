"""Linting: text or bytes in, findings and (without errors) the normalized document out. Never raises."""

from collections.abc import Sequence as Many

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.findings import LintReport
from keeptrusts.schemas.policy_document.merge import merge_trees
from keeptrusts.schemas.policy_document.normalize import normalize
from keeptrusts.schemas.policy_document.placed import Surroundings
from keeptrusts.schemas.policy_document.sink import FindingSink
from keeptrusts.schemas.policy_document.source import SourceTree, UnreadableSource, decode_source, read_source


@frozen
class SourceFile:
    """A file's name, as findings show it, and its bytes."""

    file: str
    data: bytes


def lint_text(text: str, file: str, *, known_teams: frozenset[str] | None = None) -> LintReport:
    """Findings of one document; `known_teams` are the directory's slugs, None when there is none to ask."""
    return _lint(((file, text),), FindingSink(known_teams=known_teams))


def lint_bytes(
    data: bytes, file: str, *, known_teams: frozenset[str] | None = None, surroundings: Surroundings | None = None
) -> LintReport:
    """As `lint_text`, for a file's bytes: wrong encoding and size are findings too."""
    return merge_sources((SourceFile(file=file, data=data),), known_teams=known_teams, surroundings=surroundings)


def merge_sources(
    sources: Many[SourceFile], *, known_teams: frozenset[str] | None = None, surroundings: Surroundings | None = None
) -> LintReport:
    """One document of several files: later files override earlier ones key by key, lists as a whole.

    With `surroundings` also what the document would meet there; that never makes it invalid.
    """
    sink = FindingSink(known_teams=known_teams)
    texts: list[tuple[str, str]] = []
    for source in sources:
        try:
            texts.append((source.file, decode_source(source.data, source.file)))
        except UnreadableSource as error:
            sink.problem(error.problem)
            texts.append((source.file, source.data[:4096].decode("utf-8", "replace")))
    return _lint(tuple(texts), sink, surroundings)


def _lint(
    texts: tuple[tuple[str, str], ...], sink: FindingSink, surroundings: Surroundings | None = None
) -> LintReport:
    document = None
    if not sink.has_errors:
        trees = [_read(text, file, sink) for file, text in texts]
        roots = [tree.root for tree in trees if tree is not None]
        # A tree with a doubled key is still worth checking, so that one run shows every mistake.
        if roots and len(roots) == len(texts):
            document = normalize(merge_trees(roots), sink, surroundings)
    return LintReport(findings=sink.findings(dict(texts)), document=document)


def _read(text: str, file: str, sink: FindingSink) -> SourceTree | None:
    try:
        tree = read_source(text, file)
    except UnreadableSource as error:
        sink.problem(error.problem)
        return None
    for problem in tree.problems:
        sink.problem(problem)
    return tree
