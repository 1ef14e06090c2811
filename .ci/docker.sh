#!/bin/sh
# Give a bare Debian or Ubuntu machine a Docker engine, Podman, and a base image that needs no registry.
# Usage: .ci/docker.sh      (as root; safe to run again: it does only what is missing)
# Afterwards: an engine answers, and the image csbase:latest can serve as `codesteer sandbox build --base`.
set -eu

BASE=csbase:latest
LOG=${TMPDIR:-/tmp}/codesteer-dockerd.log

say() { printf '%s\n' "docker.sh: $*" >&2; }

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

install_tools() {
    missing=""
    command -v dockerd >/dev/null 2>&1 || missing="docker.io"
    command -v debootstrap >/dev/null 2>&1 || missing="$missing debootstrap"
    command -v podman >/dev/null 2>&1 || missing="$missing podman"
    [ -n "$missing" ] || return 0
    say "installing:$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >&2
    # shellcheck disable=SC2086  # a list of package names
    apt-get install -y -q --no-install-recommends $missing ca-certificates iptables >&2
}

start_engine() {
    engine_answers && return 0
    say "starting dockerd (log: $LOG)"
    # A pid file whose process is gone would make dockerd refuse to start.
    if [ -f /var/run/docker.pid ] && ! kill -0 "$(cat /var/run/docker.pid)" 2>/dev/null; then
        rm -f /var/run/docker.pid
    fi
    setsid dockerd >"$LOG" 2>&1 </dev/null &
    tries=0
    until engine_answers; do
        tries=$((tries + 1))
        if [ "$tries" -gt 60 ]; then
            tail -n 20 "$LOG" >&2
            say "dockerd did not answer within 60 s"
            return 1
        fi
        sleep 1
    done
}

mirror() {
    # The machine's own mirror, whatever it is, for the suite it runs: no host name is written down here.
    apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
        awk -v suite="$1" '$2 == suite && $3 == "main" { print $1; exit }'
}

make_base() {
    docker image inspect "$BASE" >/dev/null 2>&1 && return 0
    suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    uri=$(mirror "$suite")
    if [ -z "$uri" ]; then
        # CODENAME is known only once the lists were fetched; on a fresh machine they were not.
        apt-get update -q >&2
        uri=$(mirror "$suite")
    fi
    [ -n "$suite" ] && [ -n "$uri" ] || { say "no apt mirror found for suite '$suite'"; return 1; }
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT INT TERM
    say "making $BASE ($suite, minbase with python3; a minute or two)"
    debootstrap --variant=minbase --include=python3 "$suite" "$root" "$uri" >"$LOG.debootstrap" 2>&1 || {
        tail -n 20 "$LOG.debootstrap" >&2
        return 1
    }
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/*
    tar -C "$root" -c . | docker import --change 'CMD ["python3"]' - "$BASE" >/dev/null
    rm -rf "$root"
    trap - EXIT INT TERM
}

install_tools
start_engine
make_base
say "engine $(docker version --format '{{.Server.Version}}'), base image $BASE ready"
