#!/bin/sh
# Pins every dependency with its hashes. The files name no registry, so that any mirror serves them.
set -eu
uv=${UV:-uv}
compile() {
    out=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links --no-annotate "$@" --output-file "$out"
}
# setuptools builds the editable install without isolation, so the run-time file pins it too. pip, which
# sqlite-utils names for its command line, is what installs the others: it is there already.
printf 'setuptools>=80\n' | compile requirements.lock --no-emit-package pip pyproject.toml -
compile requirements-dev.lock --constraint requirements.lock --group dev pyproject.toml
compile requirements-bench.lock --constraint requirements-dev.lock --group bench pyproject.toml
