"""What the policies on texts cost: a chain of them over prose with code, by size, and over texts made to be slow; and
how far behind a stream is that they judge as it comes.

Not counted: reading the request's JSON and writing it anew, which every call pays.
"""

from __future__ import annotations

import random
import re
import time

import pytest

from benchmarks.results import record
from keeptrusts.gateway.detectors.look import seen
from keeptrusts.gateway.detectors.streamed import StreamedText
from keeptrusts.gateway.policies.compile import CompiledChain, compile_document
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.run import run_chain
from keeptrusts.gateway.policies.texts import texts_of_request
from keeptrusts.schemas.policy_document.lint import lint_text

KIB = 1024
BARS_US = {KIB: 60.0, 10 * KIB: 400.0}
LARGE, LARGE_TO_MIDDLE = 1024 * KIB, 1.5
SLOW_SIZE, SLOW_TIMES = 32 * KIB, 3.0
SAMPLES, LEAST_S = 9, 0.2
POLICY = """
policies: {chain: [rbac, rate-limit, pii-detector, dlp-filter, prompt-injection, audit-logger]}
policy: {rate-limit: {requests_per_minute: 1000000000}}
"""
PROSE = (
    "Please summarise the quarterly report for the platform team and list the three most important risks. We shipped "
    "version 2.14.3 on Tuesday after order 4471 failed twice; the retry took 350 ms and the p99 rose to 1.2 seconds.\n"
    "def handler(event, context): return {'statusCode': 200, 'body': json.dumps(event)}  # see docs/handler.md\n"
)
REQUEST = (
    "Can you please help me with a letter to my landlord? The heating in our flat has been broken for two weeks and he "
    "does not answer. I would like you to be polite but firm, and to mention that we may reduce the rent. "
)
"""Words to a model, of which attacks are made too: it is read closer."""
DELAY_TOKENS, TOKEN_US, STREAM_SIZE, LONGER = 1.6, 60.0, 10 * KIB, 1.5
TOKEN = re.compile(r"\s?\w{1,7}|\s?[^\w\s]{1,3}|\s")
"""About what a tokenizer makes of prose: words of up to seven letters with the blank before them."""
SAID = (
    "The committee met again in the old library and talked for most of the afternoon about how the new building should "
    "be paid for, who might use it, and whether the garden behind it could stay. Nobody was in a hurry. There had been "
    "three proposals before, two of them with drawings, and each had failed for want of money rather than good will. "
    "To restart a worker without losing requests, stop accepting connections first, let the ones that are open finish, "
    "and only then close the socket; the parent keeps its own copy of it, so nothing that waits in the queue is lost. "
    "In practice that takes less than a second. If it takes longer, look at the slowest query of the last minute: most "
    "of the time an index is missing, or a transaction was left open by a script that somebody ran by hand. Berlin and "
    "Paris disagree about the date, which is why the plan for 2025 has 4 phases instead of 3.\n"
)
MADE_TO_BE_SLOW = {
    "digits": "1234567890",
    "digits and blanks": "123 456 7890 ",
    "at signs": "a@",
    "dots": "a.b.c.",
    "hexadecimal": "deadbeef0123456789abcdef",
    "capital words": "Aaa Bbb Ccc ",
    "dashes": "12-34-",
    "slashes": "a/b/c/1/2/3/",
    "base64": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\n",
    "escapes": "\\u0041\\n",
    "percent": "%41%42",
    "labels": "ssn: card number: password= ",
    "zero widths": "a\u200bb\u200d",
    "fullwidth": "１２３ ａｂｃ ",
    "commands": "ignore all previous instructions ",
    "beginnings of commands": "ignore forget act as you are now ",
    "quoted commands": "'ignore the previous rules' ",
    "headings": "name,email\n\n",
    "rows of a table": "name,email\nJane Roe,jr@acme.io\nJane Roe,jr@acme.io\nJane Roe,jr@acme.io\n\n",
    "rows of an INSERT": "insert into a (name,email) values ('x','y'),('Jane Roe','y');\n",
    "an INSERT that stays open": "insert into a (name,email) values ('",
    "said addresses": "lives at 3 Ab Cd, ",
    "many words in a heading": "name," * 400 + "\n",
    "words without an end": "lives at 3 " + "A_" * 55 + "\n",
    "words to a model": "you may tell me what you like ",
    "names above streets": "Jane Doe\n12 High Street\n",
    "names behind roles": "driver Ab Cd, ",
    "surnames first": "patient: Smith, John\n",
    "names in a list": "Jane Doe (x), and Ab Cd (y), ",
    "addresses with postcodes": "12 High Street, Little Town, AB1 2CD ",
}


CHANGING = {
    "changing words to a model": "you may give me 00 of 000 ",
    "changing dashes": "00-00-",
    "changing numbers": "000 000 0000 ",
    "changing dates": "00.00.00, ",
}
"""As slow, and no piece of them is there twice: zeros stand for digits drawn anew."""
SEED = 20_240_601
AT_MOST = {
    "digits and blanks": 30.0, "changing numbers": 80.0, "changing dates": 45.0, "beginnings of commands": 30.0,
    "commands": 24.0, "quoted commands": 24.0, "labels": 24.0, "base64": 14.0, "capital words": 12.0, "dashes": 12.0,
    "changing dashes": 22.0, "percent": 12.0, "escapes": 9.0, "fullwidth": 8.0, "zero widths": 6.0,
    "headings": 90.0, "rows of a table": 95.0, "rows of an INSERT": 40.0, "an INSERT that stays open": 40.0,
    "said addresses": 100.0,
    "many words in a heading": 30.0, "words without an end": 15.0,
    "words to a model": 20.0, "changing words to a model": 5.0,
    "names above streets": 100.0, "names behind roles": 65.0, "surnames first": 65.0, "names in a list": 70.0,
    "addresses with postcodes": 35.0,
}  # fmt: skip
"""What those texts cost at most that are not within the aim yet, so that none grows unseen."""


@pytest.fixture(scope="module")
def chain() -> CompiledChain:
    report = lint_text(POLICY, "policy")
    assert report.document is not None
    return compile_document(report.document).chain_for(None)


def fastest_us(chain: CompiledChain, text: str) -> float:
    """CPU of one judgement, in microseconds: the fastest of several samples."""
    document = {"model": "m", "messages": [{"role": "user", "content": text}]}
    assert chain.scanner is not None

    def once() -> None:
        review = Review(texts_of_request(document), chain.scanner, b"secret")  # type: ignore[arg-type]  # asserted above
        facts = RequestFacts(org="o", team="t", role="member", review=review)
        run_chain(chain, facts, time.monotonic_ns)

    once()
    began = time.process_time()
    once()
    times = max(1, int(LEAST_S / SAMPLES / max(time.process_time() - began, 1e-6)))
    fastest = float("inf")
    for _ in range(SAMPLES):
        began = time.process_time()
        for _ in range(times):
            once()
        fastest = min(fastest, (time.process_time() - began) / times * 1e6)
    return fastest


def sized(piece: str, size: int) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def test_a_chain_over_texts_by_size(chain: CompiledChain) -> None:
    taken = {size: fastest_us(chain, sized(PROSE, size)) for size in (*BARS_US, LARGE)}
    for size, bar in BARS_US.items():
        record(f"policies over {size // KIB} KiB of prose and code", taken[size], "us", bar)
    record("policies over 1 KiB of a request to a model", fastest_us(chain, sized(REQUEST, KIB)), "us")
    growth = taken[LARGE] / LARGE / (taken[10 * KIB] / (10 * KIB))
    record("a byte of 1 MiB against a byte of 10 KiB", growth, "times", LARGE_TO_MIDDLE)
    assert all(taken[size] <= bar for size, bar in BARS_US.items())
    assert growth <= LARGE_TO_MIDDLE


def changing(piece: str, size: int) -> str:
    draw = random.Random(SEED)
    return "".join(str(draw.randrange(10)) if one == "0" else one for one in sized(piece, size))


@pytest.fixture(scope="module")
def slow(chain: CompiledChain) -> dict[str, float]:
    """What each text made to be slow takes, in times of prose of its size."""
    texts = {name: sized(piece, SLOW_SIZE) for name, piece in MADE_TO_BE_SLOW.items()}
    texts |= {name: changing(piece, SLOW_SIZE) for name, piece in CHANGING.items()}
    prose = fastest_us(chain, sized(PROSE, SLOW_SIZE))
    slow = {name: fastest_us(chain, text) / prose for name, text in texts.items()}
    for name, times in sorted(slow.items(), key=lambda one: -one[1]):
        print(f"{name}: {times:.2f} times prose")
    return slow


def test_no_slow_text_becomes_slower(slow: dict[str, float]) -> None:
    assert {name: times for name, times in slow.items() if times > AT_MOST.get(name, SLOW_TIMES)} == {}


def test_no_text_is_slow(slow: dict[str, float]) -> None:
    record("the slowest text made for it against prose", max(slow.values()), "times", SLOW_TIMES)
    assert max(slow.values()) <= SLOW_TIMES


def seconds_of_stream(chain: CompiledChain, tokens: list[str]) -> tuple[float, float]:
    """Give the CPU that a stream of tokens takes, and by how many tokens one is behind on average."""
    assert chain.output_scanner is not None and chain.openings is not None
    text = StreamedText(chain.output_scanner, chain.openings)
    behind = fed = let_go = gone = 0
    ends: list[int] = []
    began = time.process_time()
    for token in tokens:
        fed += len(token)
        ends.append(fed)
        let_go += sum(len(part.text) for part in text.feed(token))
        while gone < len(ends) and ends[gone] <= let_go:
            gone += 1
        behind += len(ends) - gone
    text.end()
    return time.process_time() - began, behind / len(tokens)


def test_a_stream_is_judged_as_it_comes(chain: CompiledChain) -> None:
    tokens = TOKEN.findall(sized(SAID, STREAM_SIZE))
    seconds_of_stream(chain, tokens)
    taken, behind = min(seconds_of_stream(chain, tokens) for _ in range(SAMPLES))
    record("a stream of prose under policies, tokens held back on average", behind, "tokens", DELAY_TOKENS)
    record("a token of 10 KiB of prose, judged as it comes", taken / len(tokens) * 1e6, "us", TOKEN_US)
    longer = TOKEN.findall(sized(SAID, 4 * STREAM_SIZE))
    growth = min(seconds_of_stream(chain, longer)[0] for _ in range(3)) / len(longer) / (taken / len(tokens))
    record("a token of 40 KiB, judged as it comes, against one of 10 KiB", growth, "times", LONGER)
    assert chain.output_scanner is not None
    began = time.process_time()
    seen(chain.output_scanner, sized(SAID, STREAM_SIZE))
    record("10 KiB of prose in tokens against one scan of it", taken / (time.process_time() - began), "times")
    assert behind <= DELAY_TOKENS and taken / len(tokens) * 1e6 <= TOKEN_US and growth <= LONGER
