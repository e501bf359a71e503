"""The command `comity-verify`: check a file, say what it proves, and leave with 0 or 1."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from comity_verify import telling
from comity_verify.evidence import BYTES, verify
from comity_verify.failure import Flaw, VerificationFailure
from comity_verify.found import Found
from comity_verify.texts import TEXTS, Language


def read(path: Path) -> bytes:
    """Return the bytes of a file, as far as any file here may be long. Raises OSError."""
    with path.open("rb") as file:
        return file.read(BYTES + 1)


def check(evidence: Path, identities: Sequence[Path], witnesses: Sequence[str]) -> Found:
    """Check a file on disk. Raises VerificationFailure, OSError."""
    return verify(read(evidence), [read(path) for path in identities], witnesses)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    given = _parser().parse_args(arguments)
    language: Language = given.language
    try:
        found = check(given.file, given.identity, given.witness)
    except OSError as error:
        said = [TEXTS[language]["unreadable"].format(path=telling.plain(str(error.filename)))]
        return _fail(said, VerificationFailure(Flaw.FILE, about=str(error.filename)), given.json)
    except VerificationFailure as failed:
        return _fail(telling.failure(failed, language), failed, given.json)
    if given.json:
        sys.stdout.write(json.dumps(telling.value(found), indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in telling.lines(found, language))
    return 0


def _fail(said: Sequence[str], failed: VerificationFailure, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps(telling.failure_value(failed), indent=2) + "\n")
    else:
        sys.stderr.writelines(f"{line}\n" for line in said)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="comity-verify",
        description="Check evidence out of a Comity record, offline.",
    )
    parser.add_argument("file", type=Path, help="the evidence file")
    parser.add_argument(
        "--identity",
        type=Path,
        action="append",
        required=True,
        help="an identity document; give those of both participants",
    )
    parser.add_argument(
        "--witness", action="append", default=[], metavar="VKEY", help="the key of a witness"
    )
    spanish = os.environ.get("LANG", "").startswith("es")
    parser.add_argument("--language", choices=("en", "es"), default="es" if spanish else "en")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
