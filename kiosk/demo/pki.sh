#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes every key and certificate of a demonstration or test in a folder: pki.sh FOLDER [TERMINAL_ID]. Nothing here is for field use.
#
#   ca.pem ca.key                          the private authority (P-256)
#   gateway.pem gateway.key                TLS server: localhost, 127.0.0.1
#   terminal-tls.pem terminal-tls.key      TLS client, CN = terminal id
#   terminal-sign.pem terminal-sign.key    signs envelopes (perron-kiosk alone reads the key)
#   caisse.pem caisse.key                  caisse 000: opens envelopes, signs receipts, TLS client, CN = caisse-000
#   other-caisse.pem other-caisse.key      caisse 999: must open nothing of 000's
#   operateur.pem operateur.key            TLS client, CN = operateur-demo: looks at the fleet, nothing else
#   escrow.pem escrow.key                  national escrow recipient
#   badge.key                              key of the hash of badges
#   terminals/<id>.pem                     what the caisse knows of each terminal: a copy of terminal-sign.pem
set -eu
dir=${1:?folder}
terminal=${2:-borne-0001}
mkdir -p "$dir/terminals"
umask 077
cd "$dir"
export OPENSSL_CONF=/dev/null

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

key ca.key
openssl req -new -x509 -key ca.key -sha256 -days 30 -subj "/O=Perron demonstration/CN=Perron demonstration CA" \
  -config /dev/stdin -extensions ca -out ca.pem <<EOF
[req]
distinguished_name = dn
prompt = no
[dn]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
EOF

# certificate NAME COMMON_NAME KEY_USAGE EXTENDED_USAGE ALT_NAMES
certificate() {
  key "$1.key"
  {
    echo "basicConstraints = critical,CA:FALSE"
    echo "keyUsage = critical,$3"
    [ -z "$4" ] || echo "extendedKeyUsage = $4"
    [ -z "$5" ] || echo "subjectAltName = $5"
  } > "$1.ext"
  openssl req -new -key "$1.key" -subj "/O=Perron demonstration/CN=$2" -config /dev/stdin <<EOF |
[req]
distinguished_name = dn
prompt = no
[dn]
EOF
    openssl x509 -req -CA ca.pem -CAkey ca.key -sha256 -days 30 -set_serial "0x$(openssl rand -hex 12)" -extfile "$1.ext" -out "$1.pem" 2>/dev/null
  rm "$1.ext"
}

certificate gateway localhost digitalSignature serverAuth DNS:localhost,IP:127.0.0.1
certificate terminal-tls "$terminal" digitalSignature clientAuth ""
certificate terminal-sign "$terminal" digitalSignature "" ""
certificate caisse caisse-000 digitalSignature,keyAgreement clientAuth ""
certificate other-caisse caisse-999 digitalSignature,keyAgreement clientAuth ""
certificate operateur operateur-demo digitalSignature clientAuth ""
certificate escrow escrow keyAgreement "" ""
cp terminal-sign.pem "terminals/$terminal.pem"

# The key of the hash of badges: a place's own, no certificate (hw/nfc/README.md).
head -c 32 /dev/urandom > badge.key
