# Read by mvnw and smolvlm (`. .mvn/find-jdk.sh`): find_jdk sets JAVA_HOME to a JDK of version
# 25 or newer. POSIX sh; versions are read from files, so that no Java is started to find Java.

jdk_needed=25

# jdk_look HOME: sets jdk_version to the major version of the JDK in HOME, 0 where none is.
jdk_look() {
  jdk_version=0
  if [ ! -x "$1/bin/javac" ] && [ ! -x "$1/bin/javac.exe" ]; then
    return 0
  fi
  if [ -r "$1/release" ]; then
    while IFS= read -r jdk_line || [ -n "$jdk_line" ]; do
      case $jdk_line in
        JAVA_VERSION=*)
          jdk_line=${jdk_line#JAVA_VERSION=}
          jdk_line=${jdk_line#\"}
          jdk_version=${jdk_line%%[!0-9]*}
          ;;
      esac
    done < "$1/release"
  else
    jdk_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p;1q')
  fi
  jdk_version=${jdk_version:-0}
}

# jdk_of_java FILE: sets jdk_home to the JDK that the command FILE belongs to.
jdk_of_java() {
  jdk_file=$1
  while [ -h "$jdk_file" ]; do
    jdk_link=$(readlink "$jdk_file") || break
    case $jdk_link in
      /*) jdk_file=$jdk_link ;;
      *) jdk_file=${jdk_file%/*}/$jdk_link ;;
    esac
  done
  jdk_home=${jdk_file%/*}
  jdk_home=${jdk_home%/bin}
  if [ ! -x "$jdk_home/bin/javac" ] && [ "$(uname)" != Darwin ]; then
    # A shim of asdf, mise or jenv is no link: it has to be asked.
    jdk_home=$("$1" -XshowSettings:properties -version 2>&1 |
      sed -n 's/^ *java\.home = //p')
  fi
}

find_jdk() {
  jdk_seen=
  if [ -n "${JAVA_HOME:-}" ]; then
    jdk_look "$JAVA_HOME"
    if [ "$jdk_version" -ge "$jdk_needed" ]; then
      return 0
    fi
    jdk_seen="JAVA_HOME=$JAVA_HOME (version $jdk_version)"
  fi
  if jdk_java=$(command -v java); then
    jdk_of_java "$jdk_java"
    if [ -n "$jdk_home" ]; then
      jdk_look "$jdk_home"
      if [ "$jdk_version" -ge "$jdk_needed" ]; then
        JAVA_HOME=$jdk_home
        return 0
      fi
    fi
    jdk_seen="$jdk_seen${jdk_seen:+, }$jdk_java (version $jdk_version)"
  fi

  # The usual folders. The needed version itself is better than a newer one.
  jdk_newer=
  for jdk_home in \
    "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* \
    "$HOME"/.jdks/* "$HOME"/.gradle/jdks/* "$HOME"/jdk* "$HOME"/.local/*jdk* \
    "${JBANG_DIR:-$HOME/.jbang}"/cache/jdks/* "${JBANG_DIR:-$HOME/.jbang}"/currentjdk \
    "${ASDF_DATA_DIR:-$HOME/.asdf}"/installs/java/* \
    "${MISE_DATA_DIR:-$HOME/.local/share/mise}"/installs/java/* \
    "$HOME"/.jenv/versions/* "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/*jdk* /usr/local/java/* \
    /opt/*jdk* /opt/*/*jdk* /opt/java/* /opt/jvm/* /nix/store/*-openjdk-*/lib/openjdk \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
    "${PROGRAMFILES:-/none}"/Java/* "${PROGRAMFILES:-/none}"/*/jdk*; do
    [ -d "$jdk_home" ] || continue
    jdk_look "$jdk_home"
    if [ "$jdk_version" -eq "$jdk_needed" ]; then
      JAVA_HOME=$jdk_home
      return 0
    fi
    if [ "$jdk_version" -gt "$jdk_needed" ] && [ -z "$jdk_newer" ]; then
      jdk_newer=$jdk_home
    fi
  done
  if [ -n "$jdk_newer" ]; then
    JAVA_HOME=$jdk_newer
    return 0
  fi
  if [ -x /usr/libexec/java_home ] &&
    jdk_home=$(/usr/libexec/java_home -F -v "$jdk_needed+" 2>/dev/null); then
    JAVA_HOME=$jdk_home
    return 0
  fi

  {
    echo "$1: no JDK $jdk_needed or newer found${jdk_seen:+ (seen: $jdk_seen)}."
    echo "Install one and run this again; it is found by itself. For example:"
    echo "  Debian, Ubuntu  apt install openjdk-25-jdk, or temurin-25-jdk of Adoptium"
    echo "  Fedora          dnf install java-25-openjdk-devel"
    echo "  macOS           brew install openjdk@25"
    echo "  any             sdk install java 25-tem   (SDKMAN)"
    echo "Or set JAVA_HOME to its folder."
  } >&2
  return 1
}
