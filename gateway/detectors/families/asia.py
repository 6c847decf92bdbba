"""Numbers of people in India, Japan, China, Korea, Singapore and Hong Kong."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks import asia
from keeptrusts.gateway.detectors.families.identity import ALONE, identity
from keeptrusts.gateway.detectors.families.shapes import DIGITS_12, DIGITS_13
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY

_AADHAAR: Final = ("aadhaar", "aadhar", "adhaar", "aadhaar number", "uidai", "uid", "आधार", "adhar", "आधार संख्या")
_PAN: Final = ("pan", "pan card", "pan number", "pan no", "permanent account number", "income tax", "पैन")
_GSTIN: Final = ("gstin", "gst", "gst number", "gst no", "gstin number")
_VOTER: Final = (
    "voter",
    "voter id",
    "epic",
    "epic no",
    "epic number",
    "voters id",
    "election card",
    "voter card",
    "election",
    "मतदाता",
)
_MY_NUMBER: Final = ("my number", "mynumber", "マイナンバー", "個人番号", "individual number", "マイナンバーカード")
_CHINA: Final = (
    "身份证",
    "身份证号",
    "身份證",
    "身份证号码",
    "居民身份证",
    "resident id",
    "identity card",
    "chinese id",
    "id card",
)
_KOREA: Final = ("주민등록번호", "주민번호", "rrn", "resident registration number", "外国人登録番号", "외국인등록번호")
_HONG_KONG: Final = (
    "hkid",
    "hkid no",
    "hkid number",
    "hong kong id",
    "hong kong identity card",
    "身份證",
    "身份證號碼",
)
_SINGAPORE: Final = ("nric", "fin", "nric no", "nric number", "fin number", "singapore")


def epic(text: str) -> bool:
    """Say whether a text has the shape of an Indian voter's number, which has no public check (ECI, "EPIC")."""
    return len(text) == 10 and not text.endswith("0000000")


RULES: Final = (
    *identity(
        "IN_AADHAAR", asia.aadhaar, _AADHAAR,
        (r"\b[2-9]\d{3} \d{4} \d{4}\b", LIKELY), (r"\b[2-9]\d{3}-\d{4}-\d{4}\b", LIKELY), (DIGITS_12, ALONE),
    ),
    *identity("IN_PAN", asia.pan, _PAN, (r"\b[A-Z]{3}[PCHFATBLJG][A-Z]\d{4}[A-Z]\b", LIKELY + 10)),
    *identity("IN_PAN", asia.pan, _PAN, (r"\b[a-z]{3}[pchfatbljg][a-z]\d{4}[a-z]\b", ALONE), caseless=True),
    *identity("IN_GSTIN", asia.gstin, _GSTIN, (r"\b\d{2}[a-z]{5}\d{4}[a-z][a-z0-9]{3}\b", CERTAIN), caseless=True),
    *identity("IN_VOTER_ID", epic, _VOTER, (r"\b[a-z]{3}\d{7}\b", ALONE), caseless=True),
    *identity("JP_MY_NUMBER", asia.my_number, _MY_NUMBER, (DIGITS_12, ALONE), (r"\b\d{4}[ \-]\d{4}[ \-]\d{4}\b",
    ALONE)),
    *identity("CN_RESIDENT_ID", asia.chinese_id, _CHINA, (r"\b[1-9]\d{5}(?:18|19|20)\d{9}[\dXx]\b", CERTAIN)),
    *identity("KR_RRN", asia.korean_id, _KOREA, (r"\b\d{6}-[0-9]\d{6}\b", LIKELY - 10), (DIGITS_13, ALONE)),
    *identity("NATIONAL_ID", asia.hong_kong_id, _HONG_KONG, (r"\b[A-Z]{1,2}\d{6}\([0-9A]\)", LIKELY),
    (r"\b[A-Z]{1,2}\d{6}[0-9A]\b", ALONE), variant="hong-kong"),
    *identity("SG_NRIC", asia.singapore_nric, _SINGAPORE, (r"\b[STFGM]\d{7}[A-Z]\b", LIKELY + 10)),
    *identity("SG_NRIC", asia.singapore_nric, _SINGAPORE, (r"\b[stfgm]\d{7}[a-z]\b", ALONE), caseless=True),
)  # fmt: skip
