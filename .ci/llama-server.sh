#!/bin/sh
# Build llama-server out of the llama.cpp sources that the installed llama-cpp-python was built from, and print
# the path of the program. A build is kept in a folder by version, so a second call prints and does nothing else.
# Usage: .ci/llama-server.sh [PYTHON [FOLDER]]     PYTHON has llama-cpp-python; FOLDER is where builds are kept
# Needs a C++ compiler; cmake and ninja are installed into a throw-away environment where they are missing.
set -eu

PYTHON=${1:-python3}
CACHE=${2:-${XDG_CACHE_HOME:-$HOME/.cache}/codesteer/llama-server}

say() { printf '%s\n' "llama-server.sh: $*" >&2; }

VERSION=$("$PYTHON" -c 'from importlib.metadata import version; print(version("llama-cpp-python"))')
SERVER=$CACHE/$VERSION/llama-server

works() { [ -x "$SERVER" ] && "$SERVER" --version >/dev/null 2>&1; }

if works; then
    printf '%s\n' "$SERVER"
    exit 0
fi

ROOM=$(mktemp -d)
trap 'rm -rf "$ROOM"' EXIT
trap 'exit 1' INT TERM

if ! { command -v cmake && command -v ninja; } >/dev/null 2>&1; then
    say "installing cmake and ninja for this build"
    "$PYTHON" -m venv "$ROOM/tools"
    "$ROOM/tools/bin/pip" install --quiet cmake ninja >&2
    PATH=$ROOM/tools/bin:$PATH
fi

say "fetching the sources of llama-cpp-python $VERSION"
"$PYTHON" -m pip download --quiet --no-binary llama-cpp-python --no-deps --dest "$ROOM" \
    "llama-cpp-python==$VERSION" >&2
tar -xzf "$ROOM"/llama_cpp_python-*.tar.gz -C "$ROOM"
SOURCE=$(echo "$ROOM"/llama_cpp_python-*/vendor/llama.cpp)

# No TLS, no downloads, no web page: what the tests ask is the protocol. Weights of three megabytes do not notice
# that less is optimized.
say "building llama-server (several minutes; log: $CACHE/build.log)"
mkdir -p "$CACHE/$VERSION"
{
    cmake -S "$SOURCE" -B "$ROOM/build" -G Ninja \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE=-O1 -DCMAKE_CXX_FLAGS_RELEASE=-O1 \
        -DBUILD_SHARED_LIBS=OFF -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF \
        -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF &&
        nice -n 19 cmake --build "$ROOM/build" --target llama-server
} >"$CACHE/build.log" 2>&1 || {
    tail -n 30 "$CACHE/build.log" >&2
    exit 1
}
strip -o "$SERVER.new" "$ROOM/build/bin/llama-server"
mv "$SERVER.new" "$SERVER"
works || { say "$SERVER was built and does not start"; exit 1; }
printf '%s\n' "$SERVER"
