package io.smolvlm.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.smolvlm.tensor.block.BlockFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// A named weight as it lies in a file: type, shape and the mapped bytes. Nothing is read before it
/// is asked for.
///
/// A tensor is seen as a matrix `[rows, cols]`: the product of all leading dimensions by the last
/// one. Rows are whole blocks and follow each other without gaps. Reading is safe from many
/// threads; the bytes live until the [TensorFile] is closed.
public final class Tensor {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final String name;
  private final DType dtype;
  private final Shape shape;
  private final MemorySegment data;

  /// @param file the file's name, for messages
  /// @param data exactly the tensor's bytes
  /// @throws IllegalArgumentException if rows are no whole blocks or the number of bytes is not
  ///   that of type and shape
  public Tensor(String file, String name, DType dtype, Shape shape, MemorySegment data) {
    if (shape.cols() % dtype.blockElements() != 0) {
      throw new IllegalArgumentException(name + ": rows of " + shape + " in blocks of " + dtype);
    }
    if (data.byteSize() != dtype.bytes(shape.elements())) {
      throw new IllegalArgumentException(
          name + ": " + data.byteSize() + " bytes for " + dtype + " " + shape);
    }
    this.file = file;
    this.name = name;
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
  }

  /// The file that holds it, as the user gave it.
  public String file() {
    return file;
  }

  public String name() {
    return name;
  }

  public DType dtype() {
    return dtype;
  }

  public Shape shape() {
    return shape;
  }

  /// The stored bytes, read-only if mapped.
  public MemorySegment data() {
    return data;
  }

  /// The product of all dimensions but the last.
  ///
  /// @throws FormatException `TOO_LARGE` if that exceeds 2^31-1
  public int rows() {
    return exactInt(shape.rows());
  }

  /// The last dimension.
  ///
  /// @throws FormatException `TOO_LARGE` if that exceeds 2^31-1
  public int cols() {
    return exactInt(shape.cols());
  }

  private int exactInt(long value) {
    if (value > Integer.MAX_VALUE) {
      throw failure(ErrorCode.TOO_LARGE, "shape " + shape, "at most 2147483647 rows and columns");
    }
    return (int) value;
  }

  /// The stored bytes of rows `from` to `to` (exclusive).
  public MemorySegment rowData(int from, int to) {
    Objects.checkFromToIndex(from, to, rows());
    long rowBytes = dtype.bytes(shape.cols());
    return data.asSlice(rowBytes * from, rowBytes * (to - from));
  }

  /// True if [#toMatrix] gives a view of the file instead of a copy.
  public boolean isFloatView() {
    return dtype == DType.F32
        && data.address() % Float.BYTES == 0
        && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  }

  /// The numbers as float32 `[rows, cols]`: a view of the file if they are stored as float32 at a
  /// multiple of 4 bytes, otherwise converted into memory of the arena. Exact for every type but
  /// F64, which is rounded.
  ///
  /// @throws FormatException `UNSUPPORTED` for integers of 32 and 64 bits, `TOO_LARGE` if a side
  ///   exceeds 2^31-1
  public Matrix toMatrix(Arena arena) {
    if (isFloatView()) {
      return Matrix.of(data, rows(), cols());
    }
    requireFloats();
    Matrix matrix = Matrix.allocate(arena, rows(), cols());
    decodeRows(0, rows(), matrix.segment());
    return matrix;
  }

  /// Converts rows `from` to `to` (exclusive) to float32; callers may split a tensor over threads.
  ///
  /// @param target receives `(to - from) * cols` numbers at its beginning
  public void decodeRows(int from, int to, MemorySegment target) {
    Objects.checkFromToIndex(from, to, rows());
    BlockFormat format = requireFloats();
    int cols = cols();
    int blocks = cols / dtype.blockElements();
    long rowBytes = dtype.bytes(cols);
    long rowFloats = (long) cols * Float.BYTES;
    for (int row = from; row < to; row++) {
      format.decode(data, rowBytes * row, target, rowFloats * (row - from), blocks);
    }
  }

  /// Converts a row to float32.
  ///
  /// @param target receives [#cols] numbers from byte `at` on
  public void decodeRow(int row, MemorySegment target, long at) {
    Objects.checkIndex(row, rows());
    int cols = cols();
    requireFloats().decode(data, dtype.bytes(cols) * row, target, at, cols / dtype.blockElements());
  }

  /// Converts single rows, in the order asked for: the look-up of an embedding table.
  ///
  /// @param rows numbers of rows, each may occur several times
  /// @param target `[rows.length, cols]`
  public void gatherRows(int[] rows, Matrix target) {
    if (target.rows() != rows.length || target.cols() != cols()) {
      throw new IllegalArgumentException(
          rows.length + " rows of " + name + " " + shape + " into " + target);
    }
    for (int i = 0; i < rows.length; i++) {
      decodeRows(rows[i], rows[i] + 1, target.slice(i, i + 1).segment());
    }
  }

  /// The numbers of an integer tensor (BOOL: 0 and 1), row-major. U64 as its bits.
  ///
  /// @throws FormatException `UNSUPPORTED` for other types, `TOO_LARGE` above 2^31-1 elements
  public long[] toLongs() {
    long[] numbers = new long[exactInt(shape.elements())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          switch (dtype) {
            case I64, U64 -> data.get(LONG, 8L * i);
            case I32 -> data.get(INT, 4L * i);
            case U32 -> Integer.toUnsignedLong(data.get(INT, 4L * i));
            case I16 -> data.get(SHORT, 2L * i);
            case U16 -> Short.toUnsignedLong(data.get(SHORT, 2L * i));
            case I8 -> data.get(JAVA_BYTE, i);
            case U8, BOOL -> Byte.toUnsignedLong(data.get(JAVA_BYTE, i));
            default -> throw failure(ErrorCode.UNSUPPORTED, "type " + dtype, "an integer type");
          };
    }
    return numbers;
  }

  /// Gives the memory back that reading a mapped file took: for a weight whose numbers were copied
  /// elsewhere. Reading it again reads the file again. Does nothing where the bytes are not of a
  /// file.
  public void forget() {
    if (data.isMapped()) {
      data.unload();
    }
  }

  private BlockFormat requireFloats() {
    return dtype
        .format()
        .orElseThrow(() ->
            failure(ErrorCode.UNSUPPORTED, "type " + dtype, "a type that float32 holds exactly"));
  }

  /// An error about this tensor, naming its file.
  public FormatException failure(ErrorCode code, String found, String needed) {
    return new FormatException(code, file, name, found, needed);
  }

  @Override
  public String toString() {
    return name + " " + dtype + " " + shape;
  }
}
