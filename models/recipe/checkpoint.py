"""The checkpoint folder: tokenizer, template, processor and generation files, and weights to start from."""
import json
import os

import torch
from safetensors.torch import load_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

import english
import model as sizes

VOCABULARY = 2048
TEMPLATE = ("<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}"
            "{% if message['content'][0]['type'] == 'image' %}{{':'}}{% else %}{{': '}}{% endif %}"
            "{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}"
            "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
            "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}")
FIRST = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
LAST = (["<global-img>"] + [f"<row_{r}_col_{c}>" for r in range(1, 7) for c in range(1, 7)]
        + ["<fake_token_around_image>", "<image>", "<end_of_utterance>"])


def tokenizer(folder):
    """Trains the vocabulary on first use, and reads it from the folder afterwards."""
    if os.path.exists(os.path.join(folder, "tokenizer.json")):
        return PreTrainedTokenizerFast.from_pretrained(folder)
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                                 pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tok.decoder = decoders.ByteLevel()
    tok.train_from_iterator(english.corpus(), trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(LAST), special_tokens=FIRST, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    assert tok.get_vocab_size() == VOCABULARY - len(LAST), tok.get_vocab_size()
    tok.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in LAST])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tok, bos_token="<|im_start|>", eos_token="<end_of_utterance>", pad_token="<|im_end|>",
        unk_token="<|endoftext|>", model_max_length=sizes.CONTEXT, padding_side="left", truncation_side="left",
        clean_up_tokenization_spaces=False, chat_template=TEMPLATE,
        extra_special_tokens={"fake_image_token": "<fake_token_around_image>", "image_token": "<image>",
                              "global_image_token": "<global-img>", "end_of_utterance_token": "<end_of_utterance>"})
    fast.save_pretrained(folder)
    return fast


def write_settings(folder, tok):
    """The processor's, the generator's and the template's files."""
    image = dict(do_convert_rgb=True, do_image_splitting=True, do_normalize=True, do_pad=True, do_rescale=True,
                 do_resize=True, image_mean=[.5] * 3, image_std=[.5] * 3, max_image_size={"longest_edge": sizes.TILE},
                 resample=1, rescale_factor=1 / 255, size={"longest_edge": 2 * sizes.TILE})
    video = dict(fps=1, max_frames=8, video_size={"longest_edge": sizes.TILE})
    ident = tok.convert_tokens_to_ids
    files = {"preprocessor_config.json": {**image, "image_processor_type": "SmolVLMImageProcessor",
                                          "processor_class": "SmolVLMProcessor", "video_sampling": video},
             "processor_config.json": {"image_seq_len": sizes.SEQ, "processor_class": "SmolVLMProcessor"},
             "generation_config.json": dict(bos_token_id=ident("<|im_start|>"), eos_token_id=ident("<end_of_utterance>"),
                                            pad_token_id=ident("<|im_end|>")),
             "chat_template.json": {"chat_template": TEMPLATE}}
    for name, value in files.items():
        with open(os.path.join(folder, name), "w") as f:
            json.dump(value, f, indent=2)
            f.write("\n")


def export(folder, tok, weights):
    """Writes the whole checkpoint in bfloat16; `weights` is a state dict of the trained model."""
    os.makedirs(folder, exist_ok=True)
    net = sizes.fresh(tok)
    net.load_state_dict(weights)
    net.to(torch.bfloat16).save_pretrained(folder)
    tok.save_pretrained(folder)
    path = os.path.join(folder, "tokenizer_config.json")
    with open(path) as f:
        said = json.load(f)
    for name in ("is_local", "local_files_only", "model_specific_special_tokens"):      # traces of where it was read from
        said.pop(name, None)
    with open(path, "w") as f:
        json.dump(said, f, indent=2)
        f.write("\n")
    write_settings(folder, tok)
    for name in os.listdir(folder):
        os.chmod(os.path.join(folder, name), 0o644)


def start_from(net, tok, folder):
    """Takes over another checkpoint of ours: same widths, any vocabulary; layers beyond its own start as nothing.

    A token the other vocabulary lacks begins as the mean of the pieces it falls into there.
    """
    other = load_file(os.path.join(folder, "model.safetensors"))
    old = PreTrainedTokenizerFast.from_pretrained(folder)
    own = net.state_dict()
    key = "model.text_model.embed_tokens.weight"
    table = other.pop(key).float()
    taken = 0
    for name, value in other.items():
        if name in own and own[name].shape == value.shape:
            own[name].copy_(value.float())
            taken += 1
    vocabulary = old.get_vocab()
    for token, i in tok.get_vocab().items():
        if token in vocabulary:
            own[key][i] = table[vocabulary[token]]
        elif not token.startswith("<row_"):
            pieces = old.encode(tok.convert_tokens_to_string([token]), add_special_tokens=False)
            own[key][i] = table[pieces].mean(0)
        else:
            own[key][i] = table[vocabulary["<row_1_col_1>"]]
    for stack, size, parts in (("text_model.", net.config.text_config, ("self_attn.o_proj", "mlp.down_proj")),
                               ("vision_model.encoder.", net.config.vision_config, ("self_attn.out_proj", "mlp.fc2"))):
        had = 1 + max(int(n.split(".layers.")[1].split(".")[0]) for n in other if stack + "layers." in n)
        for name, value in own.items():
            if stack + "layers." in name and int(name.split(".layers.")[1].split(".")[0]) >= had and any(p in name for p in parts):
                value.zero_()
    net.load_state_dict(own)
    return taken
