"""Answers of the pilot checkpoint as the reference gives them with the Pillow image processor in float32.

    python make_exact.py            # writes samples/exact.json beside samples/questions.json

Needs transformers 5.23.0, torch 2.15.0, pillow 13.0.0.
"""
import json
import os

import torch
from PIL import Image
from transformers import AutoTokenizer, SmolVLMForConditionalGeneration, SmolVLMProcessor
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil
from transformers.models.smolvlm.video_processing_smolvlm import SmolVLMVideoProcessor

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "checkpoint")


def main():
    tokenizer = AutoTokenizer.from_pretrained(FOLDER)
    processor = SmolVLMProcessor(
        SmolVLMImageProcessorPil.from_pretrained(FOLDER), tokenizer, SmolVLMVideoProcessor.from_pretrained(FOLDER),
        image_seq_len=16, chat_template=tokenizer.chat_template)
    model = SmolVLMForConditionalGeneration.from_pretrained(FOLDER, dtype=torch.float32).eval()
    with open(os.path.join(HERE, "samples", "questions.json")) as f:
        questions = json.load(f)["questions"]
    answers = []
    for q in questions:
        picture = Image.open(os.path.join(HERE, "samples", q["picture"]))
        messages = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": q["question"]}]}]
        prompt = processor.apply_chat_template(messages, add_generation_prompt=True)
        inputs = processor(text=prompt, images=[picture], return_tensors="pt")
        with torch.no_grad():
            out = model.generate(**inputs, max_new_tokens=40, do_sample=False, output_logits=True,
                                 return_dict_in_generate=True)
        ids = out.sequences[0, inputs["input_ids"].shape[1]:].tolist()
        margins = [(top[0] - top[1]).item() for top in (torch.topk(l[0], 2).values for l in out.logits)]
        answers.append({"picture": q["picture"], "question": q["question"],
                        "prompt_ids": inputs["input_ids"][0].tolist(), "ids": ids,
                        "smallest_margin": round(min(margins), 4),
                        "text": tokenizer.decode(ids, skip_special_tokens=True).strip()})
    with open(os.path.join(HERE, "samples", "exact.json"), "w") as f:
        json.dump({"about": "greedy answers, float32, Pillow image processor", "answers": answers}, f, indent=1)
    same = sum(a["ids"] == q["reference_ids"] for a, q in zip(answers, questions))
    print(same, "of", len(answers), "as recorded with the torchvision processor")


if __name__ == "__main__":
    main()
