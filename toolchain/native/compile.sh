#!/bin/sh
# Compiles one program: a tar of a job comes in, a tar of its result goes out. The same script runs on a machine with
# clang, inside bubblewrap, and as the entry of the image.
#
#   settings         lines NAME=VALUE: target cpu optimization debug stackBytes
#   src/NAME.c|.h    the sources
#
#   status           lines "compile NAME CODE" and "link CODE": how each command ended
#   log/NAME.c, log/link
#                    what it said
#   program.wasm     if all ended with 0
#
# CLANG and LINKER are absolute paths, SYSROOT a directory. Exit codes: 0 there is a result, 64 the job is no job.
set -eu
# Names in the order of their bytes, words in English.
LC_ALL=C
export LC_ALL
: "${CLANG:?}" "${LINKER:?}" "${SYSROOT:?}"

refuse() {
  echo "compile.sh: refused: $1" >&2
  exit 64
}

here=$(dirname "$0")
. "$here/flags.sh"

# One limit for each call: some shells, dash among them, refuse more.
ulimit -c 0
ulimit -t "${CPU_SECONDS:-15}"
ulimit -v "${MEMORY_KIB:-1048576}"
# All that is written together, in blocks of 512 bytes.
blocks_left=${WRITTEN_BLOCKS:-65536}
log_bytes=262144

work=$(mktemp -d "${TMPDIR:-/tmp}/gasworks.XXXXXX")
trap 'rm -rf "$work"' EXIT
case $work$SYSROOT in *[\"\\]*) refuse "a path with a quote or a backslash" ;; esac
mkdir "$work/job" "$work/tmp" "$work/out" "$work/out/log"
tar -xf - -C "$work/job" || refuse "no tar"
[ -f "$work/job/settings" ] && [ -d "$work/job/src" ] || refuse "no settings or no src"

target='' cpu='' optimization='' debug='' stackBytes=''
while IFS='=' read -r name value; do
  case $name in
  target) target=$value ;;
  cpu) cpu=$value ;;
  optimization) optimization=$value ;;
  debug) debug=$value ;;
  stackBytes) stackBytes=$value ;;
  *) refuse "the setting $name" ;;
  esac
done <"$work/job/settings"
check_settings

# Plain files with plain names: no option, no path, no link out of here.
cd "$work/job/src"
for file in * .[!.]*; do
  case $file in
  '.[!.]*') ;;
  [!A-Za-z0-9_]* | *[!A-Za-z0-9_.-]*) refuse "the name $file" ;;
  *.c | *.h) [ -f "$file" ] && [ ! -L "$file" ] || refuse "$file, which is no file" ;;
  *) refuse "the name $file" ;;
  esac
done
[ -n "$(ls -- *.c 2>/dev/null)" ] || refuse "no .c file"

# What clang sees as the whole file system, so that a source includes nothing else of this machine and no message or
# debug information has a path of it.
cat >"$work/files.json" <<END
{ "version": 0, "case-sensitive": true, "use-external-names": false, "redirecting-with": "redirect-only", "roots": [
  { "type": "directory-remap", "name": "/usr", "external-contents": "$SYSROOT" },
  { "type": "directory-remap", "name": "/src", "external-contents": "$work/job/src" }
] }
END

# Runs a command without what this process knows, within what may still be written.
limited() {
  code=0
  (
    ulimit -f "$blocks_left"
    exec env -i PATH="${CLANG%/*}" TMPDIR="$work/tmp" TZ=UTC SOURCE_DATE_EPOCH=0 "$@"
  ) </dev/null >"$work/tmp/log" 2>&1 || code=$?
}

# Notes how a command has ended: its name, its log's name.
note() {
  echo "$1 $code" >>"$work/out/status"
  head -c "$log_bytes" "$work/tmp/log" >"$work/out/log/$2"
}

# The assembler of inline assembly reads files behind clang's back. Where there are some to read, it gets no program that
# tells it to: the program is printed before the assembler sees it, and searched for what reads files or makes directives.
run_clang() {
  set -- "$CLANG" --no-default-config -fno-crash-diagnostics -ivfsoverlay "$work/files.json" \
    -Xclang -working-directory -Xclang /src "$@"
  if [ -n "${ASSEMBLER:-}" ]; then
    limited "$@"
    return
  fi
  limited "$@" -fno-gnu-inline-asm
  if [ "$code" -ne 1 ] || ! grep -q 'GNU-style inline assembly is disabled' "$work/tmp/log"; then return; fi
  cp "$work/tmp/log" "$work/tmp/refusal"
  limited "$@" -S -emit-llvm
  if [ "$code" -ne 0 ]; then return; fi
  if reads_files "$object"; then
    code=1
    mv "$work/tmp/refusal" "$work/tmp/log"
  else
    limited "$@"
  fi
}

# Whether a printed program has a directive that reads files, or can make one: by a macro, from an operand, or from a
# symbol that begins like one. Directives are found where they are not, in strings say; then there is no assembly.
reads_files() {
  grep -a -i -q -E '\.(incbin|include|macro|rep|irp|altmacro)' "$1" ||
    grep -a ' asm ' "$1" | grep -a -i -q -E '\.[a-z0-9_]*[$]' ||
    sed -E 's/@\.(str|compoundliteral)//g' "$1" | grep -a -q -E '@"?(\\01)?\.'
}

run_linker() {
  limited "$LINKER" "$@" -o tmp/program.wasm
}

sysroot=/usr
is_done=yes
objects=
for file in *.c; do
  object=$work/tmp/$file.o
  with_compile_flags -c "$file" -o "$object"
  note "compile $file" "$file"
  [ "$code" -eq 0 ] || is_done=no
  [ ! -f "$object" ] || blocks_left=$((blocks_left - $(wc -c <"$object") / 512))
  [ "$blocks_left" -ge 0 ] || blocks_left=0
  objects="$objects tmp/$file.o"
done

if [ "$is_done" = yes ]; then
  cd "$work"
  sysroot=$SYSROOT
  # Names without spaces, in the order of the sources.
  with_link_flags $objects
  note link link
  [ "$code" -ne 0 ] || mv tmp/program.wasm out/
fi

cd "$work/out"
tar -cf - --format=ustar ./*
