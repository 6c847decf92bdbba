"""The API's client: exit codes, repeats of reads only, and where address and key come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.kt_program import TOKEN, Kt
from support.stub_api import Prepared, StubApi

from keeptrusts.cli.client.connection import resolve_connection
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode


@pytest.mark.parametrize(
    ("status", "problem", "code"),
    [
        (400, {}, ExitCode.USAGE),
        (401, {}, ExitCode.SIGN_IN),
        (402, {}, ExitCode.LIMIT),
        (403, {}, ExitCode.NOT_ALLOWED),
        (404, {}, ExitCode.NOT_FOUND),
        (409, {"reason": "already_exists"}, ExitCode.NO),
        (409, {"reason": "insufficient_funds"}, ExitCode.LIMIT),
        (409, {"reason": "limit_reached"}, ExitCode.LIMIT),
        (410, {}, ExitCode.GAP),
        (413, {}, ExitCode.USAGE),
        (422, {}, ExitCode.USAGE),
        (429, {}, ExitCode.LIMIT),
        (500, {}, ExitCode.UNAVAILABLE),
        (503, {}, ExitCode.UNAVAILABLE),
    ],
)
def test_a_refusal_ends_with_its_exit_code_and_the_apis_sentence(
    api: StubApi, kt: Kt, status: int, problem: dict[str, str], code: ExitCode
) -> None:
    api.on(
        "POST /v1/teams", Prepared(status=status, body={"status": status, "detail": "why and what to do", **problem})
    )
    result = kt("team", "create", "--name", "x")
    assert result.exit_code == code
    assert "why and what to do" in result.stderr and result.stdout == ""
    assert len(api.asked) == 1, "a write is never repeated"


def test_a_read_is_repeated_while_the_api_is_not_ready(api: StubApi, kt: Kt) -> None:
    away = Prepared(status=503, body={"detail": "starting"})
    page = {"data": [], "as_of": "0:1"}
    api.on("GET /v1/teams", away, Prepared(cut=True), Prepared(body=page))
    assert kt("team", "list").exit_code == 0
    assert len(api.asked) == 3
    api.on("GET /v1/teams", away)
    assert kt("team", "list").exit_code == ExitCode.UNAVAILABLE
    assert len(api.asked) == 6


def test_a_write_that_is_cut_is_not_repeated(api: StubApi, kt: Kt) -> None:
    api.on("POST /v1/teams", Prepared(cut=True))
    result = kt("team", "create", "--name", "x")
    assert result.exit_code == ExitCode.UNAVAILABLE and len(api.asked) == 1
    assert "kt status" in result.stderr


@pytest.mark.parametrize(
    "answer",
    [
        Prepared(body=b"<html>"),
        Prepared(status=502, body=b"<html>bad gateway</html>"),
        Prepared(status=307, body=b"", headers={"Location": "http://127.0.0.1:9/"}),
    ],
)
def test_what_is_no_keeptrusts_api_is_an_error_and_redirects_are_not_followed(
    api: StubApi, kt: Kt, answer: Prepared
) -> None:
    api.on("POST /v1/teams", answer)
    result = kt("team", "create", "--name", "x")
    assert result.exit_code in (ExitCode.UNAVAILABLE, ExitCode.NO)
    assert result.stderr.startswith("Error: ") and "Traceback" not in result.output


def test_nobody_listening_is_unavailable_with_a_fix(kt: Kt) -> None:
    result = kt("team", "create", "--name", "x", "--api-url", "http://127.0.0.1:1")
    assert result.exit_code == ExitCode.UNAVAILABLE and "connection refused" in result.stderr
    assert "kt up" in result.stderr and TOKEN not in result.output


def test_a_message_cannot_move_the_cursor(api: StubApi, kt: Kt) -> None:
    api.on("POST /v1/teams", Prepared(status=409, body={"detail": "evil \x1b[2J\rtext"}))
    assert "\x1b" not in kt("team", "create", "--name", "x").stderr


def _credentials(folder: Path, api_url: str = "http://127.0.0.1:8080") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "api_url": api_url, "gateway_url": "http://127.0.0.1:41002", "organization": "org_1",
        "token": "kt_ak_file", "gateway_key": "kt_gk_file",
    }  # fmt: skip
    (folder / "credentials.json").write_text(json.dumps(document))
    return folder


@pytest.mark.parametrize(
    ("option_url", "option_token", "environment", "expected"),
    [
        (None, None, {}, ("http://127.0.0.1:8080", "kt_ak_file")),
        (None, None, {"API_TOKEN": "b"}, ("http://127.0.0.1:8080", "b")),
        (None, None, {"API_TOKEN": "b", "KEEPTRUSTS_API_TOKEN": "a"}, ("http://127.0.0.1:8080", "a")),
        (None, "o", {"KEEPTRUSTS_API_TOKEN": "a"}, ("http://127.0.0.1:8080", "o")),
        (None, None, {"KEEPTRUSTS_API_URL": "http://h:1/", "API_TOKEN": "b"}, ("http://h:1", "b")),
        ("https://o", "o", {"KEEPTRUSTS_API_URL": "http://h:1"}, ("https://o", "o")),
        (None, None, {"KEEPTRUSTS_API_URL": "http://127.0.0.1:8080/"}, ("http://127.0.0.1:8080", "kt_ak_file")),
    ],
)
def test_options_win_over_variables_and_these_over_the_file(
    tmp_path: Path,
    option_url: str | None,
    option_token: str | None,
    environment: dict[str, str],
    expected: tuple[str, str],
) -> None:
    _credentials(tmp_path / ".keeptrusts")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    found = resolve_connection(
        api_url=option_url, token=option_token, data_dir=None, working_dir=below, environment=environment
    )
    assert (found.api_url, found.token) == expected
    assert f"token={found.token!r}" not in repr(found)


def test_the_files_key_is_never_sent_to_another_address(tmp_path: Path) -> None:
    _credentials(tmp_path / ".keeptrusts")
    for option, environment in (("http://elsewhere", {}), (None, {"KEEPTRUSTS_API_URL": "http://elsewhere"})):
        with pytest.raises(CommandFailed, match="belongs to") as raised:
            resolve_connection(api_url=option, token=None, data_dir=None, working_dir=tmp_path, environment=environment)
        assert raised.value.exit_code == ExitCode.SIGN_IN


def test_the_data_directory_can_be_named(tmp_path: Path) -> None:
    _credentials(tmp_path / "one", "http://one:1")
    _credentials(tmp_path / "two", "http://two:2")
    by_variable = {"KEEPTRUSTS_DATA_DIR": str(tmp_path / "one")}
    for data_dir, expected in ((None, "http://one:1"), (Path("two"), "http://two:2")):
        found = resolve_connection(
            api_url=None, token=None, data_dir=data_dir, working_dir=tmp_path, environment=by_variable
        )
        assert found.api_url == expected


@pytest.mark.parametrize(
    ("text", "code"), [("{", ExitCode.SIGN_IN), ("[]", ExitCode.SIGN_IN), ('{"token": 1}', ExitCode.SIGN_IN)]
)
def test_a_broken_credentials_file_is_an_error(tmp_path: Path, text: str, code: ExitCode) -> None:
    (tmp_path / ".keeptrusts").mkdir()
    (tmp_path / ".keeptrusts" / "credentials.json").write_text(text)
    with pytest.raises(CommandFailed, match="cannot be read") as raised:
        resolve_connection(api_url=None, token=None, data_dir=None, working_dir=tmp_path, environment={})
    assert raised.value.exit_code == code


def test_nobody_signed_in_is_told_how(kt: Kt) -> None:
    result = kt("team", "list", env={"KEEPTRUSTS_API_TOKEN": None})
    assert result.exit_code == ExitCode.SIGN_IN and "kt up" in result.stderr


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8080",
        "ftp://x",
        "http://",
        "nonsense",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:port",
        "http://127.0.0.1:0",
        "http://[::1",
        "http://a b/",
        "http://a\n.example",
    ],
)
def test_an_address_that_is_none_is_a_usage_error(kt: Kt, url: str) -> None:
    result = kt("team", "list", "--api-url", url)
    assert result.exit_code == ExitCode.USAGE and "no URL" in result.stderr


@pytest.mark.parametrize("token", ["", "kt_ak_€", "kt_ak_a\nX: y", "kt_ak_\x7f"])
def test_a_key_that_no_header_can_carry_is_not_sent(api: StubApi, kt: Kt, token: str) -> None:
    result = kt("team", "list", "--token", token)
    assert result.exit_code == ExitCode.SIGN_IN and "--token is no key" in result.stderr
    assert api.asked == []
