#!/bin/sh
# lock.sh: pin every layer anew, after a change of ../requirements.txt or of a requirements.in.
# Needs uv. A layer holds nothing that the layer of all functions (shared/) holds already.
set -eu
cd "$(dirname "$0")/.."

lock() {
    uv pip compile "$1/requirements.in" --output-file "$1/requirements.txt" \
        --constraint requirements.txt \
        --generate-hashes --no-emit-index-url --no-header --no-annotate \
        --python-version 3.13 --python-platform aarch64-manylinux2014 --no-python-downloads --quiet \
        $(test "$1" = shared || sed -n 's/^\([^ =]*\)==.*/--no-emit-package \1/p' shared/requirements.txt)
}

lock shared
for folder in layers/*/ web/; do
    lock "${folder%/}"
done
