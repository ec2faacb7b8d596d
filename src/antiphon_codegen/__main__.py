"""`python -m antiphon_codegen`: the generator without the command line of the package it writes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .command import Request, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="antiphon_codegen", description="Write an SDK from an OpenAPI document.")
    parser.add_argument("document", type=Path)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--output", "-o", type=Path, required=True)
    parser.add_argument("--in-place", action="store_true", help="write into the repository that holds the runtime")
    parser.add_argument("--check", action="store_true", help="write nothing; say where what is there differs")
    parser.add_argument("--strict", action="store_true", help="refuse a document with problems")
    given = parser.parse_args()
    request = Request(
        given.document, given.output, given.config, in_place=given.in_place, check=given.check, strict=given.strict
    )
    return run(request)


if __name__ == "__main__":
    sys.exit(main())
