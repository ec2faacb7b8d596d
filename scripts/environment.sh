# Sourced by the scripts beside it: goes to the repository's root and sees to it that .venv has what a script needs.
# Uses uv where it is present, else Python's own venv and pip.
set -eu
cd "$(dirname "$0")/.."
export UV_LINK_MODE="${UV_LINK_MODE:-copy}" PIP_DISABLE_PIP_VERSION_CHECK=1

find_python() {
    for name in "${PYTHON:-}" python3.11 python3.12 python3.13 python3.14 python3 python; do
        if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$name"
            return
        fi
    done
    echo "Python 3.11 or newer is needed; set PYTHON to one." >&2
    exit 1
}

# environment GROUP...: the dependency groups of pyproject.toml to have. Does nothing when they are there already.
environment() {
    stamp=".venv/.has-$(printf '%s-' "$@")$(cksum < pyproject.toml | tr ' ' '-')"
    if [ ! -e "$stamp" ]; then
        echo "Setting up .venv, once; it takes about a minute." >&2
        if [ ! -x .venv/bin/python ]; then
            python="$(find_python)"
            "$python" -m venv .venv || { rm -rf .venv; exit 1; }  # or the next run would take half of one for whole
        fi
        groups=""
        for group in "$@"; do groups="$groups --group $group"; done
        if command -v uv > /dev/null 2>&1; then
            # shellcheck disable=SC2086
            uv pip install --quiet --python .venv/bin/python $groups --editable .
        else
            .venv/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
            # shellcheck disable=SC2086
            .venv/bin/python -m pip install --quiet $groups --editable .
        fi
        : > "$stamp"
    fi
    PATH="$PWD/.venv/bin:$PATH"
    export PATH
}
