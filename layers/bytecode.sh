#!/bin/sh
# bytecode.sh PYTHON VERSION FOLDER: compile a folder's modules ahead of time.
# Lambda's file system is read-only: without bytecode every cold start compiles anew.
set -eu
if "$1" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$2')" 2>/dev/null; then
    "$1" -m compileall -q --invalidation-mode unchecked-hash "$3"
else
    # To stdout: sam shows no other.
    echo "build: no Python $2 here, so without bytecode: works, but starts slower"
fi
