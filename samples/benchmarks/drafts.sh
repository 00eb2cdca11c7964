#!/usr/bin/env bash
# What drafting tokens from the prompt is worth: answers with drafts and without, in turns. Builds first
# where need be.
#
#   samples/benchmarks/drafts.sh MODEL [PRECISION [ROUNDS]]
#
# MODEL one with real weights that follows instructions; default: exact 5
set -eu
cd "$(dirname "$0")/../.."
./smolvlm models > /dev/null
. .mvn/find-jdk.sh
find_jdk drafts.sh
class_path=$(cat target/launcher/models.classpath):$(echo models/target/smolvlm-models-*[0-9T].jar)
exec "${JAVA_HOME:?}/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
  -cp "$class_path" samples/benchmarks/Drafts.java "$@"
