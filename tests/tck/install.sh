#!/usr/bin/env bash
# The kit is Java: a JDK of 17 or newer runs it, and Maven obtains it. Installed where missing.
set -euo pipefail

if command -v java >/dev/null && command -v javac >/dev/null && command -v mvn >/dev/null; then
    exit 0
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openjdk-17-jdk-headless maven >/dev/null
