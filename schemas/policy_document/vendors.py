"""The vendors that a target may name: wire, standard environment variable, address and model names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from keeptrusts.schemas.frozen import frozen

Wire = Literal["openai", "anthropic", "azure", "gemini", "bedrock"]


@frozen
class Vendor:
    """One vendor; `model_prefixes` are the names it is known to serve when a target lists no models.

    Addresses may hold `{region}`. `compatible_base_url` is where a vendor with a wire of its own speaks OpenAI's too;
    `region_env` are the variables that name the region of targets which do not. `foreign_models` are parts of names
    that price lists hold under this vendor, but that none of its addresses here serves: Google sells Claude through
    Vertex, Azure through an address of its own.
    """

    name: str
    wire: Wire
    secret_env: str | None
    base_url: str | None = None
    compatible_base_url: str | None = None
    region_env: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()
    model_prefixes: tuple[str, ...] = ()
    foreign_models: tuple[str, ...] = ()


def _vendors(*vendors: Vendor) -> Mapping[str, Vendor]:
    return MappingProxyType({vendor.name: vendor for vendor in vendors})


VENDORS: Final[Mapping[str, Vendor]] = _vendors(
    Vendor(
        name="openai",
        wire="openai",
        secret_env="OPENAI_API_KEY",
        base_url="https://api.openai.com/v1",
        model_prefixes=("gpt-", "chatgpt-", "o1", "o3", "o4", "text-embedding-"),
    ),
    Vendor(
        name="anthropic",
        wire="anthropic",
        secret_env="ANTHROPIC_API_KEY",
        base_url="https://api.anthropic.com",
        model_prefixes=("claude-",),
    ),
    Vendor(
        name="azure",
        wire="azure",
        secret_env="AZURE_OPENAI_API_KEY",
        spellings=("azure-openai", "azure_openai"),
        foreign_models=("claude",),
    ),
    Vendor(
        name="google",
        wire="gemini",
        secret_env="GEMINI_API_KEY",
        base_url="https://generativelanguage.googleapis.com",
        compatible_base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        spellings=("gemini", "google-gemini"),
        model_prefixes=("gemini-",),
        foreign_models=("claude",),
    ),
    Vendor(
        name="bedrock",
        wire="bedrock",
        secret_env="AWS_BEARER_TOKEN_BEDROCK",
        base_url="https://bedrock-runtime.{region}.amazonaws.com",
        compatible_base_url="https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
        region_env=("AWS_REGION", "AWS_DEFAULT_REGION"),
        spellings=("aws", "aws-bedrock", "amazon-bedrock"),
    ),
    Vendor(name="groq", wire="openai", secret_env="GROQ_API_KEY", base_url="https://api.groq.com/openai/v1"),
    Vendor(
        name="mistral",
        wire="openai",
        secret_env="MISTRAL_API_KEY",
        base_url="https://api.mistral.ai/v1",
        model_prefixes=("mistral-", "codestral-", "ministral-"),
    ),
    Vendor(
        name="deepseek",
        wire="openai",
        secret_env="DEEPSEEK_API_KEY",
        base_url="https://api.deepseek.com/v1",
        model_prefixes=("deepseek-",),
    ),
    Vendor(
        name="xai",
        wire="openai",
        secret_env="XAI_API_KEY",
        base_url="https://api.x.ai/v1",
        model_prefixes=("grok-",),
    ),
    Vendor(name="together", wire="openai", secret_env="TOGETHER_API_KEY", base_url="https://api.together.xyz/v1"),
    Vendor(
        name="fireworks",
        wire="openai",
        secret_env="FIREWORKS_API_KEY",
        base_url="https://api.fireworks.ai/inference/v1",
    ),
    Vendor(name="openrouter", wire="openai", secret_env="OPENROUTER_API_KEY", base_url="https://openrouter.ai/api/v1"),
    Vendor(name="ollama", wire="openai", secret_env=None, base_url="http://127.0.0.1:11434/v1"),
)


def find_vendor(name: str) -> Vendor | None:
    """The vendor of a name or another spelling of it, in any case."""
    wanted = name.lower()
    direct = VENDORS.get(wanted)
    if direct is not None:
        return direct
    return next((vendor for vendor in VENDORS.values() if wanted in vendor.spellings), None)


def vendor_of_id(target_id: str) -> Vendor | None:
    """The vendor that a target's id begins with ("openai-gpt4o" is openai); the longest match wins."""
    wanted = target_id.lower()
    best: tuple[int, Vendor] | None = None
    for vendor in VENDORS.values():
        for spelling in (vendor.name, *vendor.spellings):
            fits = wanted == spelling or wanted.startswith((f"{spelling}-", f"{spelling}_", f"{spelling}."))
            if fits and (best is None or len(spelling) > best[0]):
                best = (len(spelling), vendor)
    return best[1] if best else None


def vendor_spellings() -> tuple[str, ...]:
    """Every accepted vendor name, for suggestions."""
    return tuple(name for vendor in VENDORS.values() for name in (vendor.name, *vendor.spellings))


def vendor_of_model(model: str) -> str | None:
    """The vendor whose known prefixes a model name has, or None."""
    wanted = model.lower()
    return next((vendor.name for vendor in VENDORS.values() if wanted.startswith(vendor.model_prefixes)), None)
