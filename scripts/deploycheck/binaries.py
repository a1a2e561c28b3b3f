"""Checks of what `sam build` made."""

import struct
from pathlib import Path

MACHINES = {62: "x86_64", 183: "arm64"}  # e_machine in the ELF header


def binaries_fit_their_functions(functions: list[str], build: Path, architecture: str) -> list[str]:
    """Each function has a static bootstrap for its processor."""
    problems = []
    for function in functions:
        bootstrap = build / function / "bootstrap"
        if not bootstrap.is_file():
            problems.append(f"{bootstrap} does not exist: run make sam-build")
            continue
        content = bootstrap.read_bytes()
        if content[:5] != b"\x7fELF\x02":
            problems.append(f"{bootstrap} is no 64-bit Linux program")
            continue
        machine = MACHINES.get(struct.unpack_from("<H", content, 18)[0], "another processor")
        if machine != architecture:
            problems.append(f"{bootstrap} is for {machine}, the function for {architecture}")
        if has_interpreter(content):
            problems.append(f"{bootstrap} needs a dynamic linker, which provided.al2023 may not have in that version")
        if not bootstrap.stat().st_mode & 0o111:
            problems.append(f"{bootstrap} is not executable")
        extra = sorted(p.name for p in bootstrap.parent.iterdir() if p.name != "bootstrap")
        if extra:
            problems.append(f"{bootstrap.parent} also holds {', '.join(extra)}")
    return problems


def has_interpreter(content: bytes) -> bool:
    """Whether a 64-bit ELF file has a program header of type PT_INTERP (3)."""
    offset, size, count = struct.unpack_from("<Q", content, 32)[0], *struct.unpack_from("<HH", content, 54)
    return any(struct.unpack_from("<I", content, offset + i * size)[0] == 3 for i in range(count))
