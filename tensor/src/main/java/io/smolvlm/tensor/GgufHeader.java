package io.smolvlm.tensor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The bytes of a GGUF file before its data: magic, version, counts, metadata, descriptions.
final class GgufHeader {
  private static final int VERSION = 3;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final int alignment;

  GgufHeader(Map<String, GgufValue> metadata, List<TensorInfo> tensors) {
    this.alignment = alignment(metadata);
    out.writeBytes(GgufReader.MAGIC.getBytes(StandardCharsets.US_ASCII));
    int32(VERSION);
    int64(tensors.size());
    int64(metadata.size());
    metadata.forEach(this::entry);
    descriptions(tensors);
    while (out.size() % alignment != 0) {
      out.write(0);
    }
  }

  int alignment() {
    return alignment;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  private static int alignment(Map<String, GgufValue> metadata) {
    GgufValue value = metadata.get(GgufReader.ALIGNMENT_KEY);
    if (value == null) {
      return GgufReader.DEFAULT_ALIGNMENT;
    }
    if (value.type() == GgufType.UINT32
        && value.value() instanceof Long alignment
        && Long.bitCount(alignment) == 1
        && alignment <= 1 << 16) {
      return Math.toIntExact(alignment);
    }
    throw new IllegalArgumentException(GgufReader.ALIGNMENT_KEY + ": " + value);
  }

  private void entry(String key, GgufValue value) {
    text(key);
    int32(value.type().code());
    GgufType element = value.element();
    if (element == null) {
      number(value.type(), value.value());
    } else {
      int32(element.code());
      array(element, value.value());
    }
  }

  private void array(GgufType element, Object array) {
    switch (array) {
      case long[] numbers -> {
        int64(numbers.length);
        for (long number : numbers) {
          number(element, number);
        }
      }
      case float[] numbers -> {
        int64(numbers.length);
        for (float number : numbers) {
          number(element, number);
        }
      }
      case double[] numbers -> {
        int64(numbers.length);
        for (double number : numbers) {
          number(element, number);
        }
      }
      case boolean[] flags -> {
        int64(flags.length);
        for (boolean flag : flags) {
          number(element, flag);
        }
      }
      case List<?> texts -> {
        int64(texts.size());
        texts.forEach(text -> number(element, text));
      }
      default -> throw new IllegalArgumentException("an array of " + element + ": " + array);
    }
  }

  private void number(GgufType type, Object value) {
    switch (value) {
      case Long number when type.isInteger() -> put(type.bytes(), number);
      case Float number when type == GgufType.FLOAT32 -> int32(Float.floatToRawIntBits(number));
      case Double number when type == GgufType.FLOAT64 -> int64(Double.doubleToRawLongBits(number));
      case Boolean flag when type == GgufType.BOOL -> out.write(flag ? 1 : 0);
      case String text when type == GgufType.STRING -> text(text);
      default -> throw new IllegalArgumentException(value + " as " + type);
    }
  }

  private void descriptions(List<TensorInfo> tensors) {
    Set<String> names = new HashSet<>();
    long offset = 0;
    for (TensorInfo tensor : tensors) {
      check(tensor);
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException(tensor.name() + " twice");
      }
      text(tensor.name());
      long[] dims = tensor.shape().toArray();
      int32(dims.length);
      for (int i = dims.length - 1; i >= 0; i--) {
        int64(dims[i]);
      }
      int32(GgmlTypes.code(tensor.dtype()));
      int64(offset);
      offset = Math.addExact(offset, tensor.bytes());
      offset = Math.addExact(offset, (alignment - offset % alignment) % alignment);
    }
  }

  private static void check(TensorInfo tensor) {
    int rank = tensor.shape().rank();
    int nameBytes = tensor.name().getBytes(StandardCharsets.UTF_8).length;
    if (rank < 1
        || rank > GgufReader.MAX_RANK
        || tensor.shape().elements() == 0
        || nameBytes > GgufReader.MAX_NAME) {
      throw new IllegalArgumentException("GGUF cannot hold " + tensor);
    }
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int64(bytes.length);
    out.writeBytes(bytes);
  }

  private void int32(int value) {
    put(Integer.BYTES, value);
  }

  private void int64(long value) {
    put(Long.BYTES, value);
  }

  private void put(int bytes, long value) {
    byte[] all =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    out.write(all, 0, bytes);
  }
}
