"""The most that a call can cost, known before it is sent: a true upper bound, in integers. Pure.

Tokens of input are at most the UTF-8 bytes of the body that the provider gets: a byte-level tokenizer (those of OpenAI,
Anthropic, Llama 3, Qwen, DeepSeek, Mistral) makes at most one token of a byte, a SentencePiece one with byte fallback
(Gemini's) too, and JSON never writes a text shorter than it is. Images are taken out of the bytes and counted by a
ceiling of their own; what providers add is in ``token_tariffs``. Output is the caller's limit. Each part is priced at
the dearest price that it may get; all is added up in pico-USD and rounded up to nano-USD once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from keeptrusts.gateway.wallets.input_size import ELSEWHERE, InputSize, Unbounded, read_input
from keeptrusts.gateway.wallets.output_limits import least_limit, output_limit
from keeptrusts.gateway.wallets.prices import PriceRow
from keeptrusts.gateway.wallets.token_tariffs import hidden_prompt_tokens, image_tokens
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.money import MAX_NANO, PICO_PER_NANO
from keeptrusts.schemas.remembered import remembered

Estimate = Literal["bounded", "typical"]

_NO_OUTPUT: Final = frozenset({"embeddings", "count_tokens"})
_HOUR_CACHE: Final = b'"ttl":"1h"'
"""How the body asks for a cache of an hour, which Anthropic bills at twice the input
(https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing). A quote within a text is escaped, so a
text never holds these bytes."""
_NO_HOUR_CACHE: Final = frozenset({"openai", "azure", "google"})
"""Vendors that have no such cache, so that their bodies need not be searched for it."""


@frozen
class Bound:
    """At most ``amount`` nano-USD, if the answer has at most ``max_output`` tokens (None: it has none of its own).

    ``input_tokens`` is the most that the provider may count as input. ``input_pico`` is the part that does not depend
    on the limit, ``output_pico`` what one token more of it costs, ``least_output`` the lowest limit that the provider
    takes. ``strict`` is False for an estimate that may be exceeded.
    """

    amount: int
    max_output: int | None
    input_tokens: int
    price_version: str
    input_pico: int
    output_pico: int
    least_output: int
    strict: bool = True


def upper_bound(
    *,
    api: str,
    vendor: str,
    model: str,
    document: Mapping[str, Any],
    body: bytes,
    row: PriceRow,
    estimate: Estimate = "bounded",
) -> Bound | Problem:
    """Bound what a metered call may cost: ``document`` as the caller's API has it, ``body`` as the provider gets it.

    ``vendor`` and ``model`` are the route's, ``row`` holds its prices. A Problem ``cost_unbounded`` names the field
    whose cost nobody knows beforehand. With ``estimate`` typical such a call gets an estimate that is not ``strict``;
    one without a limit of its output has none even then.
    """
    try:
        limit = None if api in _NO_OUTPUT else _limit(api, document)
        size, strict = _size(api, model, document, estimate)
    except Unbounded as refused:
        return _unbounded(refused)
    tokens = len(body) - size.image_bytes + size.extra_tokens + hidden_prompt_tokens(vendor)
    if size.images:
        tokens += size.images * image_tokens(model)
    price_in, price_out = _dearest(row, tokens)
    if vendor not in _NO_HOUR_CACHE and _HOUR_CACHE in body:
        price_in = max(price_in, _hour_cache_price(row, tokens))
    input_pico = row.a_request + tokens * price_in
    output_pico = 0
    if limit is not None:
        if price_out is None:
            return _unbounded(Unbounded("model", "has no known price of output", "Give its target a pricing"))
        output_pico = price_out * size.choices
        input_pico += output_pico * size.predicted_bytes
    amount = -(-(input_pico + output_pico * (limit or 0)) // PICO_PER_NANO)
    if amount > MAX_NANO:
        return _unbounded(Unbounded("model", "could cost more than any wallet can hold", "Lower the output limit"))
    return Bound(
        amount=amount,
        max_output=limit,
        input_tokens=tokens,
        price_version=row.version,
        input_pico=input_pico,
        output_pico=output_pico,
        least_output=least_limit(api, document),
        strict=strict,
    )


def shrink_to_fit(bound: Bound, money: int) -> int | None:
    """Give the largest output limit, in tokens, whose bound ``money`` (nano-USD) covers; never above the bound's own.

    None when it does not even cover the input and the least answer that the provider takes.
    """
    left = money * PICO_PER_NANO - bound.input_pico
    if left < 0 or bound.max_output is None:
        return None
    if bound.output_pico == 0:
        return bound.max_output
    fits = min(left // bound.output_pico, bound.max_output)
    return fits if fits >= bound.least_output or fits == bound.max_output else None


def _limit(api: str, document: Mapping[str, Any]) -> int:
    limit = output_limit(api, document)
    if limit is None:
        raise Unbounded("max_tokens", "is missing, so the answer has no limit", "Send a limit of output tokens")
    return limit


def _size(api: str, model: str, document: Mapping[str, Any], estimate: Estimate) -> tuple[InputSize, bool]:
    """Give the size, and whether it is sure; the estimate of what has none takes each byte of the body as a token."""
    try:
        if _searches(model):
            raise Unbounded("model", "searches by itself and bills what it finds", ELSEWHERE)
        return read_input(api, document), True
    except Unbounded:
        if estimate == "bounded":
            raise
        size = InputSize()
        wanted = document.get("n")
        size.choices = wanted if type(wanted) is int and wanted > 0 else 1
        return size, False


@remembered(most=1_024)
def _searches(model: str) -> bool:
    """Say whether a model's name tells that it searches: OpenAI's, Perplexity's, Groq's and OpenRouter's names."""
    name = model.lower()
    return "search" in name or "sonar" in name or "compound" in name or ":online" in name


def _dearest(row: PriceRow, tokens: int) -> tuple[int, int | None]:
    """Give the dearest prices of input and output, of every band that a call of up to this size may fall into."""
    lowest = row.bands[-1]
    price_in, price_out = lowest.dearest
    for band in row.bands[:-1]:
        if band.above >= tokens:
            continue
        higher_in, higher_out = band.dearest
        price_in = max(price_in, higher_in)
        price_out = None if price_out is None or higher_out is None else max(price_out, higher_out)
    return price_in, price_out


def _hour_cache_price(row: PriceRow, tokens: int) -> int:
    return 2 * max(band.input for band in row.bands if band.above < tokens or band is row.bands[-1])


def _unbounded(refused: Unbounded) -> Problem:
    return Problem(
        code="cost_unbounded",
        message=f"what this call may cost has no bound: {refused.param} {refused.reason}",
        fix=refused.fix,
        param=refused.param,
    )
