"""How many tokens a provider may count beside the text that it is sent: markers, hidden prompts, tools and images.

Every number is a ceiling and says where it comes from. What providers do not publish is declared here with room to
spare; a provider that counts more than its ceiling shows as variance, which is counted and alarmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MESSAGE_TOKENS: Final = 8
"""Markers around one message. OpenAI counts 3, and 1 for a name
(https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken); chat templates of open models at most 7."""

TOOLS_TOKENS: Final = 1_024
"""The prompt that explains tools to a model, once a call. Anthropic's has 159 to 935 tokens, by model
(https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing)."""

TOOL_TOKENS: Final = 64
"""What frames one tool's declaration, whose own text is in the body."""

OWN_TOOL_TOKENS: Final = 1_024
"""A tool that Anthropic declares and the caller runs: bash has 245 tokens, the text editor 700
(https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing)."""

FORMAT_TOKENS: Final = 512
"""The prompt that explains a wanted form of the answer; its schema is in the body."""

_HIDDEN_PROMPT: Final[Mapping[str, int]] = MappingProxyType(
    {"openai": 256, "azure": 256, "anthropic": 256, "google": 256, "bedrock": 256}
)
_HIDDEN_PROMPT_ELSEWHERE: Final = 1_024
"""Chat templates of open models bring a system prompt of their own: 20 tokens with Qwen, 70 with gpt-oss, some
300 with reasoning models; xAI bills about 700 with Grok 4."""

IMAGE_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp"})
"""Kinds of images whose tokens have a ceiling: every provider scales them to a size of its own."""

_IMAGE_BY_FAMILY: Final[tuple[tuple[str, int], ...]] = (
    ("gpt-4o-mini", 2_833 + 8 * 5_667),
    ("gpt-4o", 85 + 8 * 170),
    ("gpt-4.1-mini", 2_489),
    ("gpt-4.1-nano", 3_779),
    ("gpt-4.1", 85 + 8 * 170),
    ("o4-mini", 2_642),
    ("gpt-5-mini", 2_489),
    ("gpt-5-nano", 3_779),
    ("gpt-", 24_600),
    ("chatgpt-", 24_600),
    ("o1", 75 + 8 * 150),
    ("o3", 75 + 8 * 150),
    ("gemini-3", 2_400),
)
"""Tokens of one image, by the beginning of a model's name; the first that fits counts.

OpenAI (https://platform.openai.com/docs/guides/images-vision#calculating-costs): images are scaled to 2048 x 768, which
is at most 8 tiles, or to 1,536 patches times the model's factor of at most 2.46; the newest models take at most 10,000
patches. Gemini 3 uses at most 2,240 (https://ai.google.dev/gemini-api/docs/media-resolution).
"""

_CLAUDE_IMAGE: Final = 5_000
"""At most 4,784 (https://platform.claude.com/docs/en/build-with-claude/vision#evaluate-image-size)."""

_OTHER_IMAGE: Final = 256 * 258
"""Gemini before 3 counts 258 tokens a tile of 768 x 768 pixels (https://ai.google.dev/gemini-api/docs/tokens): this is
a picture of 12,288 x 12,288. Qwen's largest picture has 16,384 tokens, that of Llama 4 fewer."""


def hidden_prompt_tokens(vendor: str) -> int:
    """Tokens that a vendor adds to each call before the caller's first word."""
    return _HIDDEN_PROMPT.get(vendor, _HIDDEN_PROMPT_ELSEWHERE)


def image_tokens(model: str) -> int:
    """Tokens that one image may have at a model of this name; vendors' prefixes (``openai/``) are passed over."""
    name = model.lower().rpartition("/")[2]
    if "claude" in name:
        return _CLAUDE_IMAGE
    for family, tokens in _IMAGE_BY_FAMILY:
        if name.startswith(family):
            return tokens
    return _OTHER_IMAGE
