#!/bin/sh
# Writes the locks from pyproject.toml: all packages, with those of the demo and the tests; and those of them that the
# container image needs.
set -eu
cd "$(dirname "$0")/../.."
uv=$(command -v uv || command -v .venv/bin/uv) || {
    echo "angler: this needs uv; install it as your system does it" >&2
    exit 1
}
compile() { "$uv" pip compile --quiet --no-emit-index-url --generate-hashes --universal --custom-compile-command "make lock" "$@"; }
compile "$@" --extra demo --group dev -o requirements.lock pyproject.toml
compile --constraint requirements.lock -o requirements-run.lock pyproject.toml
