import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Copies jars of a class path whose classes are of Java 5, with classes of Java 8 and the same
/// code. Java's cache of linked classes leaves out classes that old, for they have no stack maps
/// (picocli and a part of jinjava: 252 classes of a caption's start).
///
/// Run by the launcher from source: `java ModernClasses.java CLASSPATH FOLDER` writes the copies
/// into the folder and prints the class path with them.
public final class ModernClasses {
  private static final int MAGIC_AND_MINOR = 6;
  private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;

  private ModernClasses() {}

  public static void main(String[] args) throws IOException {
    var paths = new ArrayList<String>();
    for (String path : args[0].split(":")) {
      String name = Path.of(path).getFileName().toString();
      boolean old = name.startsWith("picocli-") || name.startsWith("jinjava-");
      paths.add(old ? copy(Path.of(path), Path.of(args[1], name)).toString() : path);
    }
    System.out.println(String.join(":", paths));
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (var in = new ZipFile(from.toFile());
        var out = new ZipOutputStream(Files.newOutputStream(to))) {
      for (ZipEntry entry : in.stream().toList()) {
        byte[] bytes = read(in, entry);
        boolean old =
            entry.getName().endsWith(".class")
                && ((bytes[MAGIC_AND_MINOR] & 0xff) << 8 | bytes[MAGIC_AND_MINOR + 1] & 0xff)
                    < FIRST_WITH_STACK_MAPS;
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(old ? modern(in, bytes) : bytes);
        out.closeEntry();
      }
    }
    return to;
  }

  private static byte[] modern(ZipFile jar, byte[] bytes) {
    ClassFile file =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(type -> find(jar, type))
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    ClassTransform version =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
          } else {
            builder.with(element);
          }
        };
    // Writing each instruction again, unchanged, makes the stack maps.
    ClassTransform code =
        ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
    return file.transformClass(file.parse(bytes), version.andThen(code));
  }

  private static InputStream find(ZipFile jar, ClassDesc type) {
    String name = type.descriptorString();
    ZipEntry entry = jar.getEntry(name.substring(1, name.length() - 1) + ".class");
    try {
      return entry == null ? null : jar.getInputStream(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(ZipFile jar, ZipEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }
}
