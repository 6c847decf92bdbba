"""The listener's certificate: refused with a reason when it is of no use, renewed without touching what is in use."""

from __future__ import annotations

import contextlib
import shutil
import ssl
from pathlib import Path

import pytest

from keeptrusts.cli.gateway_service.spec import TlsFiles
from keeptrusts.cli.gateway_service.tls import ServerTls, checked_context
from keeptrusts.cli.stack.failure import StackError

CERTIFICATES = Path(__file__).resolve().parents[2] / "support" / "certificates"


def files(directory: Path, certificate: str = "one.pem", key: str = "one.key") -> TlsFiles:
    chosen = TlsFiles(certificate=directory / "tls.crt", key=directory / "tls.key")
    shutil.copyfile(CERTIFICATES / certificate, chosen.certificate)
    shutil.copyfile(CERTIFICATES / key, chosen.key)
    return chosen


def shown(context: ssl.SSLContext) -> bytes:
    """Shake hands in memory; gives the certificate that the server shows."""
    client_in, client_out, server_in, server_out = (ssl.MemoryBIO() for _ in range(4))
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    unverified.set_alpn_protocols(["h2", "http/1.1"])
    client = unverified.wrap_bio(client_in, client_out)
    server = context.wrap_bio(server_in, server_out, server_side=True)
    for _ in range(5):
        for side in (client, server):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
            server_in.write(client_out.read())
            client_in.write(server_out.read())
    assert client.selected_alpn_protocol() == "http/1.1"
    assert client.version() == "TLSv1.3"
    certificate = client.getpeercert(binary_form=True)
    assert certificate is not None
    return certificate


def expected(name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert((CERTIFICATES / name).read_text())


def test_older_versions_of_the_protocol_are_not_spoken(tmp_path: Path) -> None:
    assert checked_context(files(tmp_path)).minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("certificate", "key", "said"),
    [
        ("one.pem", "two.key", "MISMATCH"),
        ("one.key", "one.key", "no certificate"),
        ("one.pem", "one.pem", "with its key"),
    ],
)
def test_what_is_no_certificate_with_its_key_is_refused(tmp_path: Path, certificate: str, key: str, said: str) -> None:
    with pytest.raises(StackError, match=said):
        checked_context(files(tmp_path, certificate, key))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"missing\.pem cannot be read"):
        checked_context(TlsFiles(certificate=tmp_path / "missing.pem", key=tmp_path / "missing.key"))


async def test_new_handshakes_show_the_new_certificate_and_a_wrong_pair_leaves_the_old_one(tmp_path: Path) -> None:
    tls = ServerTls(files(tmp_path))
    assert shown(tls.context) == expected("one.pem")
    shutil.copyfile(CERTIFICATES / "two.pem", tls.files.certificate)
    assert tls.watch.changed()
    await tls.renew()
    assert shown(tls.context) == expected("one.pem"), "the key does not fit yet"
    shutil.copyfile(CERTIFICATES / "two.key", tls.files.key)
    assert tls.watch.changed()
    await tls.renew()
    assert shown(tls.context) == expected("two.pem")
