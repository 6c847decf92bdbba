"""A stable digest of what a policy document means, for recording which one was in force."""

import hashlib
from dataclasses import asdict

import orjson

from keeptrusts.schemas.policy_document.document import PolicyDocument


def fingerprint(document: PolicyDocument) -> str:
    """SHA-256 (hex) of the document's meaning; secrets written into a file do not enter it."""
    targets = [
        asdict(target) | {"secret": _secret_place(target.secret.env, target.secret.store)}
        for target in document.targets
    ]
    chain = [
        {
            "kind": entry.kind,
            "name": entry.name,
            "mode": entry.mode,
            "fail_mode": entry.fail_mode,
            "targeting": asdict(entry.targeting) if entry.targeting else None,
            "options": entry.options.model_dump(mode="json"),
        }
        for entry in document.chain
    ]
    meaning = {
        "pack": asdict(document.pack) if document.pack else None,
        "chain": chain,
        "targets": targets,
        "consumer_groups": [asdict(group) for group in document.consumer_groups],
        "routing": asdict(document.routing),
        "circuit_breaker": asdict(document.circuit_breaker),
        "aliases": [asdict(alias) for alias in document.aliases],
        "gateway": asdict(document.gateway),
        "wallets": asdict(document.wallets),
        "fail_mode": document.fail_mode,
    }
    return hashlib.sha256(orjson.dumps(meaning, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _secret_place(env: str | None, store: str | None) -> dict[str, str | None]:
    return {"env": env, "store": store}
