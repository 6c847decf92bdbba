"""The listener's certificate: TLS 1.2 or newer, HTTP/1.1, taken over again when its files change."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass, field

from keeptrusts.cli.gateway_service.spec import TlsFiles
from keeptrusts.cli.gateway_service.watching import FileWatch
from keeptrusts.cli.stack.failure import StackError

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class ServerTls:
    """A context that handshakes begin with. Connections that are open keep what they began with."""

    files: TlsFiles
    context: ssl.SSLContext = field(init=False)
    watch: FileWatch = field(init=False)

    def __post_init__(self) -> None:
        """Read certificate and key; raises StackError naming what is wrong with them."""
        self.watch = FileWatch((self.files.certificate, self.files.key))
        self.context = checked_context(self.files)

    async def renew(self) -> None:
        """Take over what the files hold now; a pair that does not fit together changes nothing."""
        try:
            checked_context(self.files)  # a pair that does not fit would leave the live context half changed
        except StackError as error:
            logger.error("the certificate in use stays: %s", error)
            return
        self.context.load_cert_chain(self.files.certificate, self.files.key)
        logger.info("the certificate in %s is in use from now on", self.files.certificate)


def checked_context(files: TlsFiles) -> ssl.SSLContext:
    """Make a server's context of certificate and key; raises StackError naming what is wrong with them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    for path in (files.certificate, files.key):
        try:
            path.open("rb").close()
        except OSError as error:
            raise StackError(
                f"{path} cannot be read: {error.strerror}.", fix="check the path and its permissions"
            ) from error
    try:
        context.load_cert_chain(files.certificate, files.key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        raise StackError(
            f"{files.certificate} and {files.key} are no certificate with its key ({_reason(error)}).",
            fix="give PEM files: the certificate with its chain, and its key without a passphrase",
        ) from error
    return context


def _no_password() -> str:
    """Refuse keys with a passphrase: nobody could type it at a restart."""
    raise ValueError("the key has a passphrase")


def _reason(error: Exception) -> str:
    reason = error.reason if isinstance(error, ssl.SSLError) else str(error)
    return str(reason or "not PEM")
