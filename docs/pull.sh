#!/bin/sh
# Keeps a folder in step with a recipient's releases: one folder a release, by its number, and
# `current`, a link to the last one that was verified.
#
#   pull.sh full  DIR    all files of the release in force
#   pull.sh delta DIR    what came since `current`, in its order; all files where no delta leads there
#
# PULL_FROM is the console's address. PULL_HEADER names a file of mode 0600 with one line,
# `Authorization: Bearer nwt_…`: on a command line others would see it. PULL_SIGNED_BY names
# the certificates of the unit that releases.
set -eu
exports=$PULL_FROM/api/v1/exports
mode=$1
cd "$2"

get() {
    curl --silent --show-error --fail --retry 5 --header "@$PULL_HEADER" "$@"
}

# Takes the files of a list of SHA-256 and NUMBER/NAME; one that is whole is not taken again.
take() {
    while read -r sum path; do
        case $path in
            */*/* | /* | .* | */.*) echo "no file of a release: $path" >&2 && exit 1 ;;
        esac
        number=${path%%/*}
        echo "$sum  $path" | sha256sum --check --status 2>/dev/null && continue
        get --create-dirs --output "$path.partial" "$exports/$number/files/${path#*/}"
        mv "$path.partial" "$path"
    done <"$1"
    [ ! -s "$1" ] || sha256sum --quiet --check "$1"
}

# Verifies releases by their numbers and points `current` to each.
verify() {
    for number in $(cut --delimiter=' ' --fields=3 "$1" | cut --delimiter=/ --fields=1 | uniq); do
        narcowatch verify-export $only --signed-by "$PULL_SIGNED_BY" "$number"
        ln --symbolic --force --no-dereference "$number" current
    done
}

only=
if [ "$mode" = delta ] && have=$(readlink current) &&
    get --output wanted "$exports/since/$have/SHA256SUMS"; then
    only=--delta
else
    get --output wanted "$exports/current/SHA256SUMS"
fi
take wanted
verify wanted
rm wanted
