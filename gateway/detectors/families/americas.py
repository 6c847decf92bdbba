"""Numbers of people and companies in Brazil, Canada, Mexico, Chile and Argentina."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.americas import cnpj, cpf, cuit, curp, rfc, rut, sin
from keeptrusts.gateway.detectors.families.identity import ALONE, identity
from keeptrusts.gateway.detectors.families.shapes import DIGITS_9, DIGITS_11, DIGITS_14
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, PLAIN

_CPF: Final = (
    "cpf",
    "cpf nº",
    "cadastro de pessoas",
    "cadastro de pessoa física",
    "contribuinte",
    "brazilian tax",
    "cpf mf",
)
_CNPJ: Final = ("cnpj", "cadastro nacional", "empresa", "pessoa jurídica")
_SIN: Final = (
    "sin", "sin number", "social insurance", "social insurance number", "nas", "numéro d'assurance sociale", "canadian",
    "assurance sociale",
)  # fmt: skip


def not_round(text: str) -> bool:
    """Say whether a number is no round one, as counts are."""
    return not text.endswith(".000")


RULES: Final = (
    *identity(
        "BR_CPF", cpf, _CPF,
        (r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", CERTAIN), (r"\b\d{9}-\d{2}\b", LIKELY), (DIGITS_11, 40),
        (r"\b\d{3}[ .\-]\d{3}[ .\-]\d{3}[ .\-/]\d{2}\b", LIKELY),
    ),
    *identity(
        "BR_CNPJ", cnpj, _CNPJ,
        (r"\b\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}\b", CERTAIN), (r"\b\d{8}/\d{4}-\d{2}\b", CERTAIN), (DIGITS_14, PLAIN - 10),
    ),
    *identity(
        "CA_SIN", sin, _SIN,
        (r"\b\d{3}-\d{3}-\d{3}\b", PLAIN + 5), (r"\b\d{3} \d{3} \d{3}\b", ALONE), (DIGITS_9, ALONE),
    ),
    *identity(
        "NATIONAL_ID", curp, ("curp",),
        (r"\b[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d\b", CERTAIN), variant="mexican",
    ),
    *identity("NATIONAL_ID", rfc, ("rfc", "contribuyente", "clave fiscal"), (r"\b[A-Z&]{4}\d{6}[A-Z0-9]{3}\b", ALONE),
    variant="mexican-tax"),
    *identity(
        "NATIONAL_ID", rut, ("rut", "rol único", "chilean"),
        (r"\b\d{1,2}\.\d{3}\.\d{3}-[\dKk]\b", LIKELY), (r"\b\d{7,8}-[\dKk]\b", ALONE), variant="chilean",
    ),
    *identity(
        "NATIONAL_ID", cuit, ("cuit", "cuil", "argentine"), (r"\b\d{2}-\d{8}-\d\b", LIKELY), (DIGITS_11, ALONE),
        variant="argentine",
    ),
    *identity(
        "NATIONAL_ID", not_round, ("dni", "dni nº", "dni no", "dni argentino", "documento de identidad",
        "cédula", "cedula", "cédula de ciudadanía", "cédula de identidad", "carnet de identidad"),
        (r"\b\d{1,2}\.\d{3}\.\d{3}\b", ALONE), (r"\b1\.\d{3}\.\d{3}\.\d{3}\b", ALONE), with_words=LIKELY,
        variant="dotted",
    ),
)  # fmt: skip
