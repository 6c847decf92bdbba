"""Patterns and words that several families share: a pattern written once is scanned for once."""

from __future__ import annotations

from typing import Final

DIGITS_8: Final = r"\b\d{8}\b"
DIGITS_9: Final = r"\b\d{9}\b"
DIGITS_10: Final = r"\b\d{10}\b"
DIGITS_11: Final = r"\b\d{11}\b"
DIGITS_12: Final = r"\b\d{12}\b"
DIGITS_13: Final = r"\b\d{13}\b"
DIGITS_14: Final = r"\b\d{14}\b"
DIGITS_15: Final = r"\b\d{15}\b"
THREES: Final = r"\b\d{3}[ .\-]\d{3}[ .\-]\d{3}\b"
SIX_FOUR: Final = r"\b\d{6}[ \-]\d{4}\b"

OTHER_NUMBERS: Final = (
    "order", "order no", "order number", "orders", "tracking", "tracking number", "invoice", "ticket", "isbn", "issn",
    "sku", "part number", "part no", "serial", "model", "item", "product", "product id", "commit", "build", "version",
    "revision", "case number", "reference", "ref", "po number", "purchase order", "transaction id", "txn", "barcode",
    "ean",
    "upc", "gtin", "doi", "pmid", "arxiv", "timestamp", "epoch", "unix time", "price", "total", "amount", "lot",
    "batch",
    "pid", "port", "bytes", "size", "checksum", "hash", "bestellnummer", "rechnung", "rechnungsnummer", "commande",
    "facture", "pedido", "factura", "ordine", "fattura", "注文番号", "订单号", "request id", "trace id", "message id",
)  # fmt: skip
"""Words that say of a number that it is nobody's."""
