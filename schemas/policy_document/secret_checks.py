"""Secrets that stand in a document in clear text, wherever they stand."""

import re
from typing import Final
from urllib.parse import urlsplit

from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.placed import Places
from keeptrusts.schemas.policy_document.sink import FindingSink, looks_like_a_secret

_KNOWN_ELSEWHERE: Final = frozenset({"api_key"})
"""Keys whose value is reported as a secret, whatever it looks like, where targets are read."""
_IN_QUERY: Final = re.compile(r"(?i)[?&](api[_-]?key|key|token|secret|password|sig)=[^&]+")


def check_secrets(places: Places, sink: FindingSink) -> None:
    """Put a warning into the sink for every value that is, or holds, a credential."""
    for key, scalar in places.scalars():
        if key in _KNOWN_ELSEWHERE:
            continue
        if looks_like_a_secret(scalar.text):
            message = f'"{key}" holds what looks like a secret' if key else "this looks like a secret"
            fix = "take it out of the file, make a new one, and name a variable: secret_key_ref: {env: NAME}"
            sink.warning(Code.CLEAR_TEXT_SECRET, scalar.mark, message, fix)
        elif _in_address(scalar.text):
            message = f'"{key}" is an address with a credential in it' if key else "an address with a credential in it"
            sink.warning(Code.CLEAR_TEXT_SECRET, scalar.mark, message, "use secret_key_ref: {env: NAME}")


def _in_address(text: str) -> bool:
    if not text.startswith(("http://", "https://")):
        return False
    try:
        password = urlsplit(text).password
    except ValueError:
        return False
    return password is not None or _IN_QUERY.search(text) is not None
