#!/bin/sh
# Builds .venv from a hash-pinned lock: tests/make_env.sh requirements.lock
set -eu
lock=$1
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Foyer needs Python 3.11 or newer; $python is older. Set PYTHON=/path/to/python3.11." >&2
    exit 1
}

# Debian and Ubuntu ship venv's installer as a package of its own.
if [ ! -x .venv/bin/pip ] && ! "$python" -c 'import ensurepip' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -q && apt-get install -y -q "python$version-venv"
    else
        echo "Please install the package python$version-venv, then run this again." >&2
        exit 1
    fi
fi

[ -x .venv/bin/pip ] || "$python" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
