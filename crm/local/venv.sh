#!/bin/sh
# Makes .venv from requirements.lock, or brings it up to date. Does nothing when it is.
set -eu
cd "$(dirname "$0")/../.."
lock=requirements.lock
installed=.venv/installed.lock # a copy of the lock that .venv was made from

say() { printf 'angler: %s\n' "$*" >&2; }
fail() {
    say "$@"
    exit 1
}
works() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if works "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed, and $(python3 --version 2>/dev/null || echo no Python) was found." \
        "Install it (Debian 12, Ubuntu 24.04: apt-get install python3 python3-venv), or name one: PYTHON=/path/to/python3 make run"
}

# Debian and Ubuntu keep half of the module `venv` in a package of its own.
make_venv() {
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if "$1" -c 'import ensurepip, venv' 2>/dev/null; then
        "$1" -m venv --clear .venv
    elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing $package with apt-get, which Debian keeps apart from Python"
        { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$package"; } >&2 ||
            fail "apt-get could not install $package; its lines above say why."
        "$1" -m venv --clear .venv
    elif command -v uv >/dev/null; then
        uv venv --quiet --clear --seed --python "$1" .venv
    else
        fail "Python's module venv is missing. Install it: sudo apt-get install $package"
    fi
}

if works .venv/bin/python; then
    if cmp -s "$lock" "$installed"; then
        exit 0
    fi
else
    python=$(find_python)
    say "making .venv with $("$python" --version)"
    make_venv "$python"
fi
say "installing the $(grep -c '==' "$lock") packages of $lock (a minute or two, the first time)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" ||
    fail "The packages could not be installed. This needs the network once (behind a proxy: set HTTPS_PROXY;" \
        "with a mirror: set PIP_INDEX_URL). Then run make again."
cp "$lock" "$installed"
