"""Numbers of people in the countries of the European Union, Switzerland and Norway, and VAT numbers."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks import northern_europe as north
from keeptrusts.gateway.detectors.checks import southern_europe as south
from keeptrusts.gateway.detectors.checks import western_europe as west
from keeptrusts.gateway.detectors.checks.vat import vat
from keeptrusts.gateway.detectors.families.identity import ALONE, identity
from keeptrusts.gateway.detectors.families.shapes import (
    DIGITS_8,
    DIGITS_9,
    DIGITS_10,
    DIGITS_11,
    DIGITS_12,
    DIGITS_13,
    SIX_FOUR,
    THREES,
)
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, PLAIN

_DE_TAX: Final = (
    "steuer id", "steuer identifikationsnummer", "steueridentifikationsnummer", "steuernummer", "idnr", "id nr",
    "steuerid",
    "tin", "tax id", "german tax", "identifikationsnummer", "steuerliche identifikationsnummer",
    "tax identification number",
    "steuer idnr",
)  # fmt: skip
_DE_CARD: Final = (
    "personalausweis", "personalausweisnummer", "ausweis", "ausweisnummer", "ausweisnr", "perso", "id card",
    "identity card",
    "reisepass", "passnummer", "german id",
)  # fmt: skip
_FR: Final = (
    "nir", "insee", "numéro de sécurité sociale", "sécurité sociale", "securite sociale", "sécu", "numéro insee",
    "carte vitale", "vitale", "french social security", "n° de sécurité sociale", "social security",
)  # fmt: skip
_IT: Final = ("codice fiscale", "cod fisc", "c f", "cf", "fiscal code", "fiscale", "tax code")
_ES: Final = (
    "dni",
    "nif",
    "nie",
    "documento nacional",
    "documento de identidad",
    "identificación",
    "identidad",
    "número de identidad",
)
_NL: Final = (
    "bsn",
    "burgerservicenummer",
    "sofinummer",
    "sofi nummer",
    "citizen service number",
    "burger service nummer",
)
_BE: Final = (
    "rijksregisternummer", "numéro national", "numéro de registre national", "registre national", "rrn", "insz", "niss",
    "national number", "nationaal nummer", "identificatienummer", "belgian", "rijksregister", "numéro niss",
    "national register number",
)  # fmt: skip
_PL: Final = ("pesel", "nr pesel", "numer pesel")
_PT: Final = (
    "nif",
    "contribuinte",
    "número de contribuinte",
    "número fiscal",
    "fiscal",
    "nipc",
    "tax number",
    "taxpayer number",
    "taxpayer",
    "número de identificação fiscal",
)
_SE: Final = (
    "personnummer", "personnr", "pnr", "personal number", "personal identity number", "swedish", "samordningsnummer",
    "person nummer", "födelsenummer",
)  # fmt: skip
_DK: Final = ("cpr", "cpr nummer", "cpr nr", "cpr number", "personnummer", "danish", "cprnr")
_FI: Final = ("hetu", "henkilötunnus", "henkilötunnukseni", "personbeteckning", "sotu", "finnish")
_NO: Final = ("fødselsnummer", "fodselsnummer", "fnr", "personnummer", "d nummer", "norwegian")
_AT: Final = (
    "svnr", "sv nummer", "sv nr", "sozialversicherungsnummer", "versicherungsnummer", "sozialversicherung", "vsnr",
    "svn",
    "austrian", "social insurance",
)  # fmt: skip
_CH: Final = ("ahv", "ahv nummer", "avs", "numéro avs", "ahvn13", "oasi", "navs13", "swiss")
_VAT: Final = (
    "vat", "vat id", "vat number", "vat no", "vat reg no", "ust id", "ust idnr", "ustid", "umsatzsteuer id", "uid",
    "tva",
    "numéro de tva", "n° tva", "iva", "partita iva", "p iva", "btw", "btw nummer", "btw id", "moms", "momsnr", "nip",
    "cif",
    "umsatzsteuer identifikationsnummer", "alv", "vatin", "tva intracommunautaire",
)  # fmt: skip

RULES: Final = (
    *identity(
        "DE_TAX_ID", west.german_tax_id, _DE_TAX,
        (r"\b\d{2} \d{3} \d{3} \d{3}\b", LIKELY), (DIGITS_11, ALONE), (r"\b\d{3} \d{4} \d{4}\b", ALONE),
    ),
    *identity("DE_ID_CARD", west.german_card, _DE_CARD, (r"\b[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d(?:D|\b)",
    40)),
    *identity(
        "DE_ID_CARD", lambda text: sum(char.isdigit() for char in text) >= 3, _DE_CARD,
        (r"\b[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\b", ALONE), with_words=LIKELY, variant="unchecked",
    ),
    *identity(
        "FR_NIR", west.french_nir, _FR,
        (r"\b[1-478] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}\b", CERTAIN),
        (r"\b[1-478][ .\-]\d{2}[ .\-]\d{2}[ .\-]\d[\dAB][ .\-]\d{3}[ .\-]\d{3}[ .\-/]\d{2}\b", CERTAIN),
    ),
    *identity(
        "IT_FISCAL_CODE", south.italian_code, _IT,
        (r"\b[a-z]{6}[0-9lmnpqrstuv]{2}[abcdehlmprst][0-9lmnpqrstuv]{2}[a-z][0-9lmnpqrstuv]{3}[a-z]\b", CERTAIN),
        (r"\b[a-z]{3} [a-z]{3} \d{2}[a-z]\d{2} [a-z]\d{3}[a-z]\b", CERTAIN), caseless=True,
    ),
    *identity("ES_DNI", south.spanish_dni, _ES, (r"\b\d{8}-?[A-Z]\b", LIKELY), (r"\b\d{2}\.\d{3}\.\d{3}-?[A-Z]\b",
    CERTAIN)),
    *identity("ES_DNI", south.spanish_dni, _ES, (r"\b\d{8}[ \-]?[a-z]\b", ALONE), caseless=True),
    *identity("ES_NIE", south.spanish_nie, _ES, (r"\b[XYZ]-?\d{7}-?[A-Z]\b", LIKELY + 10)),
    *identity("ES_NIE", south.spanish_nie, _ES, (r"\b[xyz][ \-]?\d{7}[ \-]?[a-z]\b", ALONE), caseless=True),
    *identity(
        "NL_BSN", west.dutch_bsn, _NL,
        (r"\b\d{4}\.\d{2}\.\d{3}\b", LIKELY), (DIGITS_9, ALONE), (DIGITS_8, ALONE), (THREES, ALONE),
    ),
    *identity(
        "BE_NATIONAL_NUMBER", west.belgian_number, _BE,
        (r"\b\d{2}\.\d{2}\.\d{2}[ \-]\d{3}[. \-]\d{2}\b", CERTAIN), (DIGITS_11, PLAIN),
        (r"\b\d{2}[.\-/ ]?\d{2}[.\-/ ]?\d{2}[.\-/ ]\d{3}[.\-/ ]?\d{2}\b", ALONE), (r"\b\d{6}[ \-]\d{3}[. \-]?\d{2}\b",
        LIKELY),
    ),
    *identity("PL_PESEL", north.polish_pesel, _PL, (DIGITS_11, 40)),
    *identity("PT_NIF", south.portuguese_nif, _PT, (DIGITS_9, ALONE), (THREES, ALONE)),
    *identity(
        "SE_PERSONNUMMER", north.swedish_number, _SE,
        (r"\b\d{6}[+\-]\d{4}\b", LIKELY), (r"\b(?:19|20)\d{6}[+\-]\d{4}\b", CERTAIN), (DIGITS_10, ALONE), (DIGITS_12,
        ALONE),
        (SIX_FOUR, ALONE), (r"\b(?:19|20)\d{6} \d{4}\b", ALONE),
    ),
    *identity("DK_CPR", north.danish_cpr_checked, _DK, (r"\b\d{6}-\d{4}\b", LIKELY - 1), variant="checked"),
    *identity("DK_CPR", north.danish_cpr, _DK, (r"\b\d{6}-\d{4}\b", PLAIN), (SIX_FOUR, ALONE), (DIGITS_10, ALONE)),
    *identity("FI_HETU", north.finnish_hetu, _FI, (r"\b\d{6}[+\-a-fu-y]\d{3}[0-9a-y]\b", CERTAIN), caseless=True),
    *identity("NO_FODSELSNUMMER", north.norwegian_number, _NO, (r"\b\d{6} \d{5}\b", LIKELY), (DIGITS_11, PLAIN)),
    *identity("AT_SVNR", west.austrian_insurance, _AT, (r"\b\d{4}[ \-]\d{6}\b", LIKELY - 10), (DIGITS_10, ALONE)),
    *identity("CH_AHV", west.swiss_insurance, _CH, (r"\b756\.\d{4}\.\d{4}\.\d{2}\b", CERTAIN), (DIGITS_13, LIKELY)),
    *identity(
        "EU_VAT", vat, _VAT,
        (r"\b(?:BE|DE|DK|EL|ES|FI|FR|HR|HU|IE|IT|LU|NL|PL|PT|SE|SI)[A-Z0-9]\d{6,10}[A-Z0-9]{0,3}\b", LIKELY - 5),
        (r"\bATU\d{8}\b", LIKELY), (r"\bFR[A-Z0-9]{2}\d{9}\b", LIKELY), (r"\bNL\d{9}B\d{2}\b", LIKELY + 10),
        (r"\b(?:AT|BE|DE|DK|EL|ES|FI|FR|HR|HU|IE|IT|LU|NL|PL|PT|SE"
            r"|SI)[ \-][A-Z0-9]{2,4}[ .\-]?\d{3}[ .\-]?\d{3}[A-Z0-9]{0,3}\b", ALONE),
    ),
)  # fmt: skip
