"""What the linter says: each rule with the smallest document that shows it."""

import pytest

from keeptrusts.schemas.policy_document.lint import SourceFile, lint_bytes, lint_text, merge_sources
from keeptrusts.schemas.policy_document.render import finding_text

CHAIN = "policies:\n  chain:\n    - audit-logger\n"


def found(text: str, severity: str, known_teams: frozenset[str] | None = None) -> list[tuple[str, int, int]]:
    report = lint_text(text, "f.yaml", known_teams=known_teams)
    return [(one.code.value, one.line, one.column) for one in report.findings if one.severity == severity]


ERRORS: list[tuple[str, str, tuple[str, int, int], str]] = [
    ("unknown top-level key", "polices: []\npolicies: []\n", ("KT103", 1, 1), 'did you mean "policies"?'),
    ("unknown kind in the chain", "policies:\n  chain: [pii-detectr]\n", ("KT104", 2, 11), '"pii-detector"'),
    ("unknown type in the list", "policies:\n  - type: rate_limt\n", ("KT104", 2, 11), '"rate_limit"'),
    ("unknown option", "policy:\n  rbac:\n    minimum_rol: admin\n", ("KT103", 3, 5), '"minimum_role"'),
    ("unknown nested option", "policy:\n  rate-limit:\n    per_key: {rpmm: 1}\n", ("KT103", 3, 15), '"rpm"'),
    ("unknown word", "policy:\n  pii-detector:\n    action: blok\n", ("KT102", 3, 13), '"block"'),
    ("unknown rollout mode", "policy:\n  rbac:\n    mode: enfroce\n", ("KT102", 3, 11), '"enforce"'),
    ("unknown own mode", "policy:\n  hipaa-phi-detector:\n    mode: hipaa\n", ("KT102", 3, 11), '"hipaa_18"'),
    ("text for a flag", "policy:\n  rbac:\n    require_auth: maybe\n", ("KT105", 3, 19), ""),
    ("text for a number", "policy:\n  rate-limit:\n    rpm: many\n", ("KT105", 3, 10), ""),
    ("text for a list", "policy:\n  rbac:\n    deny_if_missing: role\n", ("KT105", 3, 22), "write [role]"),
    ("zero limit", "policy:\n  rate-limit:\n    rpm: 0\n", ("KT107", 3, 10), ""),
    ("negative money", "policy:\n  spend-limit:\n    monthly_limit: -1\n", ("KT107", 3, 20), ""),
    ("money too fine", "policy:\n  spend-limit:\n    daily_limit: 0.0000000001\n", ("KT107", 3, 18), ""),
    ("other currency", "policy:\n  spend-limit:\n    currency: EUR\n", ("KT107", 3, 15), ""),
    ("bad pattern", "policy:\n  dlp-filter:\n    detect_patterns: ['(']\n", ("KT107", 3, 23), ""),
    ("two spellings", "policy:\n  rate-limit: {rpm: 1, requests_per_minute: 1}\n", ("KT107", 2, 15), ""),
    ("scope without list", "policies:\n  chain:\n    - rbac: {targeting: {scope: team}}\n", ("KT106", 3, 14), "teams"),
    ("list of another scope", "policies:\n  chain:\n    - rbac: {targeting: {scope: team, teams: [a], users: [b]}}\n",
     ("KT113", 3, 14), ""),
    ("settings beside the kind", "policies:\n  chain:\n    - rbac:\n      targeting: x\n", ("KT113", 4, 7), "indent"),
    ("list entry without type", "policies:\n  - name: x\n", ("KT106", 2, 5), "type"),
    ("policies as text", "policies: audit-logger\n", ("KT105", 1, 11), ""),
    ("chain missing", "policies:\n  chains: []\n", ("KT103", 2, 3), '"chain"'),
    ("unknown provider", "providers:\n  targets:\n    - id: opnai\n", ("KT102", 3, 11), '"openai"'),
    ("target twice", "providers:\n  targets:\n    - id: openai\n    - id: openai\n", ("KT113", 4, 7), ""),
    ("bad url", "providers:\n  targets:\n    - {id: openai, base_url: api.x}\n", ("KT107", 3, 30), ""),
    ("two secret places", "providers:\n  targets:\n    - {id: openai, secret_key_ref: {env: A, store: b}}\n",
     ("KT113", 3, 20), ""),
    ("group without models", "consumer_groups:\n  - name: a\n", ("KT106", 2, 5), ""),
    ("unknown routing", "providers:\n  routing: fastest\n", ("KT102", 2, 12), ""),
    ("pack without name", "pack: {version: 1.0.0, enabled: true}\n", ("KT106", 1, 7), ""),
    ("a text", "hello\n", ("KT105", 1, 1), ""),
    ("doubled key", CHAIN + "policies: []\n", ("KT108", 4, 1), ""),
    ("two rollout modes", "policy:\n  rbac: {mode: observe, enforcement: guide}\n", ("KT113", 2, 10), ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "place", "fix"), ERRORS, ids=[case[0] for case in ERRORS])
def test_a_mistake_is_an_error_at_its_place(name: str, text: str, place: tuple[str, int, int], fix: str) -> None:
    report = lint_text(text, "f.yaml")
    errors = [one for one in report.findings if one.severity == "error"]
    assert place in [(one.code.value, one.line, one.column) for one in errors], errors
    assert any(fix in one.suggestion for one in errors)
    assert report.document is None
    assert report.exit_code() == 2


WARNINGS: list[tuple[str, str, tuple[str, int]]] = [
    ("version of two numbers", 'pack: {name: a, version: "1.0", enabled: true}\n', ("KT120", 1)),
    ("version as a number", "pack: {name: a, version: 1.0, enabled: true}\n", ("KT120", 1)),
    ("no version", "pack: {name: a, enabled: true}\n", ("KT120", 1)),
    ("no enabled", "pack:\n  name: a\n  version: 1.0.0\n", ("KT121", 1)),
    ("switched off", "pack: {name: a, version: 1.0.0, enabled: false}\n", ("KT129", 1)),
    ("immutable false", "policy:\n  audit-logger:\n    immutable: false\n", ("KT124", 3)),
    ("not enforced", "policies:\n  chain: [{human-oversight: {confidence_threshold: 0.5}}]\n", ("KT125", 2)),
    ("azure without endpoint", "providers:\n  targets:\n    - id: azure\n", ("KT126", 3)),
    ("secret in the file", "providers:\n  targets:\n    - id: openai\n      api_key: abc\n", ("KT127", 4)),
    ("options without chain item", CHAIN + "policy:\n  rbac: {}\n", ("KT128", 5)),
    ("own vendor", "providers:\n  targets:\n    - {id: x, provider: ours, base_url: 'http://h/v1'}\n", ("KT130", 3)),
    ("unnamed teams", "policies:\n  chain:\n    - audit-logger\n    - rbac: {targeting: {teams: [a]}}\n", ("KT123", 3)),
]


@pytest.mark.parametrize(("name", "text", "place"), WARNINGS, ids=[case[0] for case in WARNINGS])
def test_a_doubtful_line_is_a_warning_and_loads(name: str, text: str, place: tuple[str, int]) -> None:
    report = lint_text(text, "f.yaml")
    assert place in [(one.code.value, one.line) for one in report.findings if one.severity == "warning"]
    assert report.document is not None
    assert (report.exit_code(), report.exit_code(strict=True)) == (0, 2)


NOTES: list[tuple[str, str, str]] = [
    ("defaults", CHAIN, "KT140"),
    ("part", "- id: openai\n", "KT142"),
    ("no providers", CHAIN, "KT143"),
    ("no pack", CHAIN, "KT144"),
]


@pytest.mark.parametrize(("name", "text", "code"), NOTES, ids=[case[0] for case in NOTES])
def test_a_note_changes_no_exit_code(name: str, text: str, code: str) -> None:
    report = lint_text(text, "f.yaml")
    assert code in [one.code.value for one in report.findings if one.severity == "info"]
    assert report.exit_code(strict=True) == 0


TEAMS = "policies:\n  chain:\n    - audit-logger\n    - rbac: {targeting: {scope: team, teams: [engineering, legl]}}\n"


def test_unknown_teams_are_found_when_the_directory_is_known() -> None:
    known = frozenset({"engineering", "legal"})
    report = lint_text(TEAMS, "f.yaml", known_teams=known)
    (unknown,) = [one for one in report.findings if one.code == "KT122"]
    assert (unknown.line, unknown.message) == (4, 'unknown team "legl"')
    assert unknown.suggestion == 'did you mean "legal"?'


def test_known_teams_that_only_get_the_audit_logger_are_named() -> None:
    report = lint_text(TEAMS, "f.yaml", known_teams=frozenset({"engineering", "legal", "sales"}))
    (bare,) = [one for one in report.findings if one.code == "KT123"]
    assert bare.message == "nothing but audit-logger runs for: legal, sales"


def test_a_file_that_treats_all_teams_alike_is_not_told_about_audit_only_teams() -> None:
    assert "KT123" not in [code for code, _, _ in found(CHAIN, "warning", frozenset({"sales"}))]


PARTS = [
    "rbac:\n  minimum_role: admin\n",
    "policy:\n  rbac:\n    minimum_role: admin\n",
    "chain: [rbac, audit-logger]\n",
    "- rbac\n- audit-logger\n",
    "- rbac:\n    targeting: {scope: team, teams: [a]}\n",
    "- {name: x, type: log}\n",
    "targets:\n  - id: openai\n",
    "- id: openai\n  provider: {secret_key_ref: {env: A}}\n",
    "- name: a\n  models: [gpt-4o]\n  routing: ordered\n",
    "pack: {name: a, version: 1.0.0, enabled: true}\n",
]


@pytest.mark.parametrize("text", PARTS)
def test_a_part_of_a_file_is_checked_as_that_part(text: str) -> None:
    report = lint_text(text, "f.yaml")
    assert report.count("error") == 0, report.findings


def test_a_mistake_in_a_part_is_found_at_its_place() -> None:
    assert found("rbac:\n  minimum_role: boss\n", "error") == [("KT102", 2, 17)]


def test_one_run_shows_every_mistake() -> None:
    text = "polices: 1\npolicies:\n  chain: [rbacc]\nproviders:\n  targets:\n    - id: opnai\n"
    assert [code for code, _, _ in found(text, "error")] == ["KT103", "KT104", "KT102"]


def test_findings_are_bounded_and_an_error_is_never_left_out() -> None:
    chain = "".join(f"    - audit-logger: {{targeting: {{teams: [t{n}]}}}}\n" for n in range(300))
    text = "policies:\n  chain:\n" + chain + "    - nokind\n"
    report = lint_text(text, "f.yaml", known_teams=frozenset({"a"}))
    assert report.exit_code() == 2
    assert len(report.findings) == 201
    assert "more findings" in report.findings[-1].message


def test_a_secret_in_the_file_is_not_shown() -> None:
    secret = "sk-verysecretvalue0123456789"
    lines = [
        "providers:", "  targets:",
        f"    - {{id: openai, api_key: {secret}, wieght: 1}}",
        "    - id: openai-2", f"      api_kye: {secret}",
        "    - id: openai-3", "      api_key:", f"        - {secret}",
        "    - id: openai-4", '      api_key: "hunter2hunter2"',
    ]  # fmt: skip
    report = lint_text("\n".join(lines), "f.yaml")
    shown = repr(report.findings)
    assert secret not in shown
    assert "hunter2" not in shown
    assert report.count("error") == 3


def test_a_secret_in_the_file_is_not_in_the_documents_repr() -> None:
    report = lint_text("providers:\n  targets:\n    - {id: openai, api_key: hunter2hunter2}\n", "f.yaml")
    assert report.document is not None
    assert report.document.targets[0].secret.literal == "hunter2hunter2"
    assert "hunter2" not in repr(report.document)


def test_wrong_bytes_are_findings() -> None:
    report = lint_bytes(b"a: \xff", "f.yaml")
    assert [(one.code.value, one.line, one.column) for one in report.findings] == [("KT111", 1, 4)]
    assert report.document is None


def test_later_files_override_earlier_ones_key_by_key() -> None:
    base = (
        b"pack: {name: a, version: 1.0.0, enabled: true}\npolicies:\n  chain: [rbac, audit-logger]\n"
        b"policy:\n  rbac: {minimum_role: member, require_auth: true}\n"
    )
    over = b"pack: {version: 2.0.0}\npolicy:\n  rbac: {minimum_role: admin}\n"
    report = merge_sources((SourceFile(file="base.yaml", data=base), SourceFile(file="over.yaml", data=over)))
    document = report.document
    assert document is not None and document.pack is not None
    assert (document.pack.name, document.pack.version) == ("a", "2.0.0")
    assert document.chain[0].options.model_dump(include={"minimum_role", "require_auth"}) == {
        "minimum_role": "admin",
        "require_auth": True,
    }


def test_a_mistake_in_one_of_several_files_names_that_file() -> None:
    sources = (
        SourceFile(file="base.yaml", data=CHAIN.encode()),
        SourceFile(file="over.yaml", data=b"policy:\n  rbac:\n    minimum_role: boss\n"),
    )
    errors = [one for one in merge_sources(sources).findings if one.severity == "error"]
    assert [(one.file, one.line, one.excerpt) for one in errors] == [("over.yaml", 3, "    minimum_role: boss")]


def test_one_unreadable_file_of_several_keeps_all_from_loading() -> None:
    sources = (SourceFile(file="a.yaml", data=CHAIN.encode()), SourceFile(file="b.yaml", data=b"\xff"))
    report = merge_sources(sources)
    assert report.document is None
    assert [(one.file, one.code.value) for one in report.findings] == [("b.yaml", "KT111")]


@pytest.mark.parametrize(("entries", "code"), [(500, 0), (501, 2)])
def test_a_chain_is_bounded(entries: int, code: int) -> None:
    report = lint_text("policies:\n  chain:\n" + "    - audit-logger\n" * entries, "f.yaml")
    assert report.exit_code() == code
    assert [one.line for one in report.findings if one.code == "KT110"] == ([503] if code else [])


def test_what_a_file_holds_does_not_steer_the_terminal() -> None:
    report = lint_bytes(b'policies: {chain: ["\\e[2J\\u202e", \x1b]}\n', "f.yaml")
    said = "".join(one.message + one.suggestion + one.excerpt for one in report.findings)
    assert report.findings and said.isprintable()
    report = lint_text('policies: {chain: ["\\e[2J\\u202e"]}\n', "f.yaml")
    assert "".join(one.message + one.excerpt for one in report.findings).isprintable()


def test_of_a_long_line_the_part_at_the_place_is_shown() -> None:
    key = "sk-" + "a" * 60
    text = "policies: {chain: [" + "rbac, " * 100 + f"{key}, pii-detectr, " + "rbac, " * 100 + "]}\n"
    report = lint_text(text, "f.yaml")
    near = next(one for one in report.findings if "pii-detectr" in one.message)
    at = near.column - near.excerpt_from
    assert near.excerpt[at : at + near.width] == "pii-detectr" and len(near.excerpt) <= 200
    assert "a" * 10 not in str(report.findings)
    shown = finding_text(near).splitlines()
    assert shown[1].index("pii-detectr") == shown[2].index("^")
