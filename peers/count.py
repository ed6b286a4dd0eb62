"""Build an architecture with Hugging Face transformers on the meta device, which has shapes and no weights, and count."""

import torch
import transformers

from catalogue.derive.parameters import Built, Peer

# Kept as a buffer, because no gradient reaches it; the released files hold it, and we count it.
BALANCE_BIAS = "e_score_correction_bias"
_LANGUAGE = ("model.language_model.", "lm_head.")


def built(peer: Peer) -> Built:
    """What transformers makes of the dimensions. MTP modules are not part of its models, nor of our totals."""
    with torch.device("meta"):
        model = _class(peer.name)(_configuration(peer))
    prefixes = _LANGUAGE if peer.name == "DeepseekOcr2ForConditionalGeneration" else ("",)
    parameters = {p for name, p in model.named_parameters() if name.startswith(prefixes)}  # each once, if it is tied
    biases = [b for name, b in model.named_buffers() if name.endswith(BALANCE_BIAS)]
    return Built(peer.name, peer.settings, sum(p.numel() for p in parameters), sum(b.numel() for b in biases))


def _class(name: str) -> type[transformers.PreTrainedModel]:
    found: type[transformers.PreTrainedModel] = getattr(transformers, name)
    return found


def _configuration(peer: Peer) -> transformers.PreTrainedConfig:
    """The configuration of the class; with a vision encoder as it comes, where the language model has one beside it."""
    kind = _class(peer.name).config_class
    if "text_config" in kind.sub_configs:
        return kind(text_config=peer.settings, tie_word_embeddings=peer.settings["tie_word_embeddings"])
    return kind(**peer.settings)
