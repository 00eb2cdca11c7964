"""The checkpoint as transformers runs it: float32, with the Pillow image processor (the reference of this project)."""
import json
import os

import torch
from transformers import PreTrainedTokenizerFast, SmolVLMForConditionalGeneration, SmolVLMProcessor
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil
from transformers.models.smolvlm.video_processing_smolvlm import SmolVLMVideoProcessor


class Reference:
    def __init__(self, folder):
        self.model = SmolVLMForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
        self.tok = PreTrainedTokenizerFast.from_pretrained(folder)
        self.images = SmolVLMImageProcessorPil.from_pretrained(folder)
        with open(os.path.join(folder, "processor_config.json")) as f:
            self.seq = json.load(f)["image_seq_len"]
        self.processor = SmolVLMProcessor(self.images, self.tok, SmolVLMVideoProcessor(), image_seq_len=self.seq,
                                          chat_template=self.tok.chat_template)

    def inputs(self, messages, pictures, split=True):
        prompt = self.processor.apply_chat_template(messages, add_generation_prompt=True)
        return self.processor(text=prompt, images=pictures or None, return_tensors="pt",
                              **({"do_image_splitting": split} if pictures else {}))

    @torch.no_grad()
    def answer(self, messages, pictures, split=True, longest=96):
        """-> prompt ids, answer ids, text, margins between the best and the second logit"""
        x = self.inputs(messages, pictures, split)
        g = self.model.generate(**x, do_sample=False, max_new_tokens=longest, return_dict_in_generate=True, output_scores=True)
        new = g.sequences[0, x["input_ids"].shape[1]:]
        best = torch.stack(g.scores)[:, 0].topk(2, -1).values
        return (x["input_ids"][0].tolist(), new.tolist(), self.tok.decode(new, skip_special_tokens=True).strip(),
                (best[:, 0] - best[:, 1]).tolist())


def message(question, pictures=1):
    return [{"role": "user", "content": [{"type": "image"}] * pictures + [{"type": "text", "text": question}]}]
