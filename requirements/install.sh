#!/bin/sh
# Makes .venv fit for one set of locked requirements, and does nothing when it already is.
# Usage: sh requirements/install.sh runtime|test|benchmark|beyond|lock     (from the repository's root)
# PYTHON=/path/to/python chooses the interpreter; otherwise the newest tried one is taken.
set -eu

set_name=$1
lock=requirements/$set_name.txt
build=requirements/build.txt
here=$(pwd -P)
venv=.venv

# A version manager may answer to a name behind which no Python stands, so each is run.
fits() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        if fits "$PYTHON"; then
            echo "$PYTHON"
            return
        fi
        cat >&2 <<MESSAGE
PYTHON is '$PYTHON', which does not run, is older than 3.11, or lacks the venv module.
Cartulary needs Python 3.11 or newer. Name one that fits: make demo PYTHON=/path/to/python3.12
MESSAGE
        exit 1
    fi
    for name in python3.13 python3.12 python3.11 python3 python; do
        if fits "$name"; then
            echo "$name"
            return
        fi
    done
    cat >&2 <<MESSAGE
No Python fits: python3.13, python3.12, python3.11, python3 and python were tried on the PATH.
Cartulary needs Python 3.11 or newer with its venv module (on Debian: python3-venv).
Install one, or name one: make demo PYTHON=/path/to/python3.12
MESSAGE
    exit 1
}

# A copied or moved environment still starts, but its scripts point at the place it was made in.
is_sound() {
    fits "$venv/bin/python" &&
        "$venv/bin/python" -c 'import pip' >/dev/null 2>&1 &&
        head -n 3 "$venv/bin/pip" 2>/dev/null | grep -qF "$here/$venv/bin/" &&
        { [ -z "${PYTHON:-}" ] || [ "$(version_of "$PYTHON")" = "$(version_of "$venv/bin/python")" ]; }
}

version_of() {
    "$1" -c 'import sys; print(sys.version_info[:2])' 2>/dev/null || echo none
}

if ! is_sound; then
    chosen=$(choose_python)
    echo "Making $venv with $("$chosen" --version)."
    rm -rf "$venv"
    "$chosen" -m venv "$venv"
fi

stamp=$venv/.installed-$set_name
wanted=$(cksum "$lock" "$build" pyproject.toml)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

echo "Installing $lock (the first time this takes a minute or two)."
pip="$venv/bin/python -m pip --disable-pip-version-check --no-input"
rm -f "$stamp"
$pip install --quiet --require-hashes -r "$build"
$pip install --quiet --require-hashes -r "$lock"
$pip install --quiet --no-deps --no-build-isolation -e .
printf '%s\n' "$wanted" > "$stamp"
