#!/usr/bin/env bash
# How much sooner the first token comes when a picture was seen before: pairs of questions about one
# picture, the stages of each, the median of their ratio. Builds first where need be.
#
#   samples/benchmarks/same-picture.sh [MODEL [PICTURE [PAIRS]]]
#
# default: tiny samples/images/scene.png 15
set -eu
cd "$(dirname "$0")/../.."
./smolvlm models > /dev/null
. .mvn/find-jdk.sh
find_jdk same-picture.sh
class_path=$(cat target/launcher/models.classpath):$(echo models/target/smolvlm-models-*[0-9T].jar)
exec "${JAVA_HOME:?}/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
  -cp "$class_path" samples/benchmarks/SamePicture.java \
  "${1:-tiny}" "${2:-samples/images/scene.png}" "${3:-15}"
