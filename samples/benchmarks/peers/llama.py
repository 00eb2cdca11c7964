"""llama.cpp through llama-cpp-python: llama.py MODEL.gguf [MMPROJ.gguf] --threads N"""
import argparse
import ctypes

import llama_cpp
import numpy as np
from llama_cpp import mtmd_cpp

from pictures import picture
from protocol import serve, timed

STEPS = 16
# Tokens of a caption.
CAPTION = 32


class Llama:
    def __init__(self, model, mmproj, threads, context):
        llama_cpp.llama_backend_init()
        self.log = llama_cpp.llama_log_callback(lambda level, text, data: None)
        llama_cpp.llama_log_set(self.log, ctypes.c_void_p(0))
        mtmd_cpp.mtmd_log_set(self.log, ctypes.c_void_p(0))
        self.model = llama_cpp.llama_model_load_from_file(model.encode(), llama_cpp.llama_model_default_params())
        self.rows = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))
        self.context = min(context, llama_cpp.llama_model_n_ctx_train(self.model))
        p = llama_cpp.llama_context_default_params()
        p.n_ctx, p.n_batch, p.n_ubatch, p.n_seq_max = self.context + 256, 2048, 512, 8
        p.n_threads = p.n_threads_batch = threads
        p.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_ENABLED
        p.kv_unified = True
        self.ctx = llama_cpp.llama_init_from_model(self.model, p)
        self.memory = llama_cpp.llama_get_memory(self.ctx)
        self.rng = np.random.default_rng(1)
        self.filled = 0
        self.vision = None
        if mmproj:
            m = mtmd_cpp.mtmd_context_params_default()
            m.use_gpu, m.n_threads, m.warmup = False, threads, False
            self.vision = mtmd_cpp.mtmd_init_from_file(mmproj.encode(), self.model, m)

    def clear(self):
        llama_cpp.llama_memory_clear(self.memory, True)
        self.filled = 0

    def decode(self, tokens, sequences, first):
        """tokens[i] goes to sequence sequences[i] at position first + its number there"""
        n = len(tokens)
        batch = llama_cpp.llama_batch_init(n, 0, 1)
        seen = {}
        for i in range(n):
            s = sequences[i]
            batch.token[i], batch.pos[i] = int(tokens[i]), first + seen.get(s, 0)
            batch.n_seq_id[i], batch.seq_id[i][0] = 1, s
            batch.logits[i] = len(set(sequences)) > 1 or i == n - 1
            seen[s] = seen.get(s, 0) + 1
        batch.n_tokens = n
        if llama_cpp.llama_decode(self.ctx, batch):
            raise RuntimeError("llama_decode failed")
        llama_cpp.llama_synchronize(self.ctx)
        llama_cpp.llama_batch_free(batch)

    def ids(self, n):
        return self.rng.integers(0, self.rows, n)

    def fill(self, depth):
        for at in range(0, depth, 512):
            n = min(512, depth - at)
            self.decode(self.ids(n), [0] * n, at)

    def prefill(self, tokens):
        self.clear()
        return timed(lambda: self.decode(self.ids(tokens), [0] * tokens, 0))

    def steps(self, depth, batch):
        if depth + STEPS > self.context:
            return None
        if self.filled != depth or depth == 0:
            self.clear()
            self.fill(depth)
            self.filled = depth
        for s in range(1, batch):
            llama_cpp.llama_memory_seq_cp(self.memory, 0, s, 0, depth)

        def run():
            for step in range(STEPS):
                self.decode(self.ids(batch), list(range(batch)), depth + step)
        ms = timed(run) / STEPS
        for s in range(8):
            llama_cpp.llama_memory_seq_rm(self.memory, s, depth if s == 0 else 0, -1)
        return ms

    def chunks(self, pixels):
        height, width, _ = pixels.shape
        data = (ctypes.c_uint8 * pixels.size).from_buffer_copy(pixels.tobytes())
        bitmap = mtmd_cpp.mtmd_bitmap_init(width, height, data)
        text = f"<|im_start|>User:{mtmd_cpp.mtmd_default_marker().decode()}Describe the picture.<end_of_utterance>\nAssistant:"
        given = mtmd_cpp.mtmd_input_text(text=text.encode(), text_len=len(text.encode()), add_special=False, parse_special=True)
        chunks = mtmd_cpp.mtmd_input_chunks_init()
        if mtmd_cpp.mtmd_tokenize(self.vision, chunks, ctypes.byref(given), (mtmd_cpp.mtmd_bitmap_p_ctypes * 1)(bitmap), 1):
            raise RuntimeError("mtmd_tokenize failed")
        mtmd_cpp.mtmd_bitmap_free(bitmap)
        return chunks

    def tile(self):
        chunks = self.chunks(picture(self.rng, 512, 512))
        for i in range(mtmd_cpp.mtmd_input_chunks_size(chunks)):
            chunk = mtmd_cpp.mtmd_input_chunks_get(chunks, i)
            if mtmd_cpp.mtmd_input_chunk_get_type(chunk) == mtmd_cpp.MTMD_INPUT_CHUNK_TYPE_IMAGE:
                ms = timed(lambda: mtmd_cpp.mtmd_encode_chunk(self.vision, chunk))
                mtmd_cpp.mtmd_input_chunks_free(chunks)
                return ms
        raise RuntimeError("no chunk of a picture")

    def evaluate(self, chunks, first, past):
        """Chunks from number `first` on, behind `past` positions. -> the positions after each"""
        ends = []
        for i in range(first, mtmd_cpp.mtmd_input_chunks_size(chunks)):
            last = i + 1 == mtmd_cpp.mtmd_input_chunks_size(chunks)
            end = llama_cpp.llama_pos(past)
            if mtmd_cpp.mtmd_helper_eval_chunk_single(self.vision, self.ctx, mtmd_cpp.mtmd_input_chunks_get(chunks, i), past, 0,
                                                      2048, last, ctypes.byref(end)):
                raise RuntimeError("mtmd_helper_eval_chunk_single failed")
            past = end.value
            ends.append(past)
        llama_cpp.llama_synchronize(self.ctx)
        return ends

    def first(self, width, height, again):
        """`again`: the time of another question, with the positions of picture and beginning kept"""
        pixels = picture(self.rng, width, height)
        self.clear()

        def run():
            chunks = self.chunks(pixels)
            self.ends = self.evaluate(chunks, 0, 0)
            mtmd_cpp.mtmd_input_chunks_free(chunks)

        def ask():
            chunks = self.chunks(pixels)
            llama_cpp.llama_memory_seq_rm(self.memory, 0, self.ends[-2], -1)
            self.evaluate(chunks, mtmd_cpp.mtmd_input_chunks_size(chunks) - 1, self.ends[-2])
            mtmd_cpp.mtmd_input_chunks_free(chunks)
        ms = timed(run)
        return timed(ask) if again else ms

    def captions(self, count):
        """So many pictures of one tile, each in a sequence of its own, then tokens for all of them together. Cutting the
        pictures, which is done as for many tiles, does not count."""
        pictures = [self.chunks(picture(self.rng, 512, 512)) for _ in range(count)]
        self.clear()

        def run():
            ends = []
            for sequence, chunks in enumerate(pictures):
                # The beginning of the prompt, the whole picture as the last of its tiles, the question.
                kinds = [mtmd_cpp.mtmd_input_chunk_get_type(mtmd_cpp.mtmd_input_chunks_get(chunks, i))
                         for i in range(mtmd_cpp.mtmd_input_chunks_size(chunks))]
                tile = max(i for i, k in enumerate(kinds) if k == mtmd_cpp.MTMD_INPUT_CHUNK_TYPE_IMAGE)
                past = 0
                for i in (0, tile, len(kinds) - 1):
                    end = llama_cpp.llama_pos(past)
                    if mtmd_cpp.mtmd_helper_eval_chunk_single(self.vision, self.ctx, mtmd_cpp.mtmd_input_chunks_get(chunks, i),
                                                              past, sequence, 2048, i + 1 == len(kinds), ctypes.byref(end)):
                        raise RuntimeError("mtmd_helper_eval_chunk_single failed")
                    past = end.value
                ends.append(past)
            for step in range(CAPTION - 1):
                self.decode(self.ids(count), list(range(count)), max(ends) + step)
        ms = timed(run)
        for chunks in pictures:
            mtmd_cpp.mtmd_input_chunks_free(chunks)
        return ms

    def measure(self, kind, n):
        if kind == "prefill":
            return self.prefill(n[0])
        if kind == "decode":
            return self.steps(n[0], n[1])
        if not self.vision or kind == "single" or (kind == "tile" and n):
            return None
        if kind == "captions":
            return self.captions(n[0])
        return self.tile() if kind == "tile" else self.first(*n, kind == "again")


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("model")
    ap.add_argument("mmproj", nargs="?")
    ap.add_argument("--threads", type=int, required=True)
    ap.add_argument("--context", type=int, default=8192)
    args = ap.parse_args()
    serve(Llama(args.model, args.mmproj, args.threads, args.context).measure)
