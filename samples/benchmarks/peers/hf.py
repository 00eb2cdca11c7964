"""transformers: hf.py CHECKPOINT --dtype bfloat16|float32 --threads N"""
import argparse
import copy
import json
import os

import numpy as np
import torch
import transformers

from pictures import picture
from protocol import serve, timed

STEPS = 16


class Reference:
    @torch.no_grad()
    def __init__(self, folder, dtype):
        with open(os.path.join(folder, "config.json")) as f:
            self.config = json.load(f)
        kind = getattr(transformers, self.config["architectures"][0])
        self.model = kind.from_pretrained(folder, dtype=dtype).eval()
        self.dtype, self.folder = dtype, folder
        self.sees = self.config["model_type"] != "llama"
        self.text = self.config["text_config"] if self.sees else self.config
        self.rng = np.random.default_rng(1)
        self.filled = {}
        if self.sees:
            from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
            self.images = Idefics3ImageProcessorPil.from_pretrained(folder)
            with open(os.path.join(folder, "processor_config.json")) as f:
                self.per_tile = json.load(f)["image_seq_len"]

    def ids(self, batch, n):
        # below the image token: random ids must not stand for pictures
        return torch.from_numpy(self.rng.integers(0, 49152, (batch, n)))

    def cache(self, depth):
        if depth not in self.filled:
            past = transformers.DynamicCache()
            for at in range(0, depth, 512):
                self.model(input_ids=self.ids(1, min(512, depth - at)), past_key_values=past, use_cache=True, logits_to_keep=1)
            self.filled[depth] = past
        return copy.deepcopy(self.filled[depth])

    def decode(self, depth, batch):
        if depth + STEPS > self.text["max_position_embeddings"]:
            return None
        past = self.cache(depth)
        if depth and batch > 1:
            past.batch_repeat_interleave(batch)
        ids = [self.ids(batch, 1) for _ in range(STEPS)]

        def run():
            for i in range(STEPS):
                self.model(input_ids=ids[i], past_key_values=past, use_cache=True)
        return timed(run) / STEPS

    def tile(self):
        side = self.config["vision_config"]["image_size"]
        pixels = torch.from_numpy(self.rng.random((1, 1, 3, side, side), dtype=np.float32) * 2 - 1).to(self.dtype)
        return timed(lambda: self.model.model.get_image_features(pixels))

    def first(self, width, height):
        pixels = picture(self.rng, width, height)

        def run():
            x = self.images(images=[[pixels]], return_tensors="pt", input_data_format="channels_last")
            tiles = x["pixel_values"].shape[1]
            image = torch.full((1, tiles * self.per_tile), self.config["image_token_id"])
            # separators of tiles and the question, as many as the template writes
            ids = torch.cat([image, self.ids(1, 12 + tiles * 2)], 1)
            self.model(input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=x["pixel_values"].to(self.dtype),
                       pixel_attention_mask=x["pixel_attention_mask"], use_cache=True, logits_to_keep=1)
        return timed(run)

    @torch.no_grad()
    def measure(self, kind, n):
        if kind == "prefill":
            ids = self.ids(1, n[0])
            return timed(lambda: self.model(input_ids=ids, use_cache=True, logits_to_keep=1))
        if kind == "decode":
            return self.decode(*n)
        if not self.sees or kind not in ("tile", "first") or (kind == "tile" and n):
            return None
        return self.tile() if kind == "tile" else self.first(*n)


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("model")
    ap.add_argument("--dtype", required=True)
    ap.add_argument("--threads", type=int, required=True)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    serve(Reference(args.model, getattr(torch, args.dtype)).measure)
