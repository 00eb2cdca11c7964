"""Size of the checkpoint, and its forward pass for training.

The modules are those of transformers, so that the weights are saved as the family names them; the pass is written out
because training wants no padding masks, no loop over pictures, and several questions behind one picture.
`check.py` compares it with the forward pass of transformers.
"""
import torch
import torch.nn.functional as F
from torch import nn
from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

import labels

TILE, PATCH, SHUFFLE = 128, 16, 2
SEQ = (TILE // PATCH // SHUFFLE) ** 2         # image tokens a tile: 16
CONTEXT = 4096


def config(tok):
    ident = tok.convert_tokens_to_ids
    special = dict(bos_token_id=ident("<|im_start|>"), eos_token_id=ident("<end_of_utterance>"),
                   pad_token_id=ident("<|im_end|>"))
    return SmolVLMConfig(
        image_token_id=ident("<image>"), scale_factor=SHUFFLE, tie_word_embeddings=True, **special,
        vision_config=dict(model_type="smolvlm_vision", hidden_size=192, intermediate_size=768, num_hidden_layers=6,
                           num_attention_heads=6, image_size=TILE, patch_size=PATCH),
        text_config=dict(model_type="llama", vocab_size=len(tok), hidden_size=192, intermediate_size=512,
                         num_hidden_layers=6, num_attention_heads=6, num_key_value_heads=2, head_dim=32,
                         max_position_embeddings=CONTEXT, rms_norm_eps=1e-5, tie_word_embeddings=True,
                         rope_parameters={"rope_type": "default", "rope_theta": 273768.0}, **special))


def fresh(tok):
    return SmolVLMForConditionalGeneration(config(tok))


def see(model, pixels):
    """pixels [t, 3, 128, 128] -> image tokens [t, 16, text width]"""
    vision = model.model.vision_model
    conv = vision.embeddings.patch_embedding
    t, n = pixels.shape[0], TILE // PATCH
    x = pixels.view(t, 3, n, PATCH, n, PATCH).permute(0, 2, 4, 1, 3, 5).reshape(t, n * n, -1)
    x = F.linear(x, conv.weight.flatten(1), conv.bias) + vision.embeddings.position_embedding.weight
    for layer in vision.encoder.layers:
        a, h = layer.self_attn, layer.layer_norm1(x)
        q, k, v = (p(h).view(t, n * n, a.num_heads, -1).transpose(1, 2) for p in (a.q_proj, a.k_proj, a.v_proj))
        x = x + a.out_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(t, n * n, -1))
        x = x + layer.mlp(layer.layer_norm2(x))
    return model.model.connector(vision.post_layernorm(x))


def read(model, ids, positions, mask, features, wanted):
    """Token ids [b, l] with image tokens filled in from `features`, mask [b, 1, l, l] -> logits at `wanted` [b, l]"""
    core = model.model
    text = core.text_model
    x = text.embed_tokens(ids)
    x = x.masked_scatter((ids == model.config.image_token_id)[..., None], features.to(x.dtype))
    cos_sin = text.rotary_emb(x, positions)
    b, n, _ = x.shape
    for depth, layer in enumerate(text.layers):
        a, h = layer.self_attn, layer.input_layernorm(x)
        q, k, v = (p(h).view(b, n, -1, a.head_dim).transpose(1, 2) for p in (a.q_proj, a.k_proj, a.v_proj))
        q, k = apply_rotary_pos_emb(q, k, *cos_sin)
        k, v = (z.repeat_interleave(a.num_key_value_groups, 1) for z in (k, v))
        x = x + a.o_proj(F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(b, n, -1))
        if depth == len(text.layers) - 1:
            x = x[wanted]                     # nothing looks at the other positions any more
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    return F.linear(text.norm(x), text.embed_tokens.weight).float()


class DenseHeads(nn.Module):
    """Names colour, shape and character of each 8 px cell from the image token that covers it; thrown away at export."""

    def __init__(self, width):
        super().__init__()
        self.head = nn.Linear(width, (labels.CELLS // 4) ** 2 * sum(labels.CLASSES))

    def forward(self, features, target):
        """features [t, 16, width], target [t, 3, 16, 16] (-100: not asked) -> losses [3], hits [3], asked [3]"""
        t, side = features.shape[0], labels.CELLS // 4
        out = self.head(features).float().view(t, side, side, 4, 4, -1).permute(0, 1, 3, 2, 4, 5)
        out = out.reshape(t, labels.CELLS, labels.CELLS, -1)
        losses, hits, asked = [], [], []
        for k, part in enumerate(out.split(labels.CLASSES, -1)):
            y = target[:, k]
            busy = (y < labels.N_FILL) if k == 0 else (y > 0)
            busy = busy & (y >= 0)
            weight = torch.where(busy, 1.0, .15) * (y >= 0)         # empty cells are many and easy
            each = F.cross_entropy(part.reshape(-1, part.shape[-1]), y.reshape(-1), reduction="none", ignore_index=-100)
            losses.append((each * weight.reshape(-1)).sum() / weight.sum().clamp(min=1))
            hits.append(((part.argmax(-1) == y) & busy).sum())
            asked.append(busy.sum())
        return torch.stack(losses), torch.stack(hits), torch.stack(asked)
