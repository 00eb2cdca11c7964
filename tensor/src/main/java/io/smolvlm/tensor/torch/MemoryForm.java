package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.ops.HalfLayout;
import org.jspecify.annotations.Nullable;

/// How a program reads the keys and values that a sequence has already: they are handed in block by
/// block, as `blocks: List[Tensor]`, of which `past` positions count.
///
/// @param halves the layout of blocks in float16; null for matrices in float32
record MemoryForm(@Nullable HalfLayout halves) {
  /// Keys of a layer, then those of the new rows, `[past + n, key-value width]`.
  ///
  /// @param fresh of the new rows
  String keys(TorchOps ops, int layer, String fresh) {
    return halves == null
        ? ops.let("(self).remembered(blocks, past, per, %d, %s)", 2 * layer, fresh)
        : ops.let(
            "(self).keys(blocks, past, %d, %d, %s)",
            halves.keysAt(layer, 0) / 2, halves.valuesAt(layer, 0) / 2, fresh);
  }

  /// As [#keys].
  String values(TorchOps ops, int layer, String fresh) {
    return halves == null
        ? ops.let("(self).remembered(blocks, past, per, %d, %s)", 2 * layer + 1, fresh)
        : ops.let(
            "(self).values(blocks, past, %d, %d, %s)",
            halves.valuesAt(layer, 0) / 2, halves.keysAt(layer + 1, 0) / 2, fresh);
  }

  /// The methods behind these lines.
  String methods() {
    return halves == null ? FLOATS : halves(halves);
  }

  /// `per` rows of each of a block's parts.
  private static final String FLOATS =
      """
        def remembered(self: __torch__.%s,
          blocks: List[Tensor],
          past: int,
          per: int,
          part: int,
          fresh: Tensor) -> Tensor:
          pieces = annotate(List[Tensor], [])
          first = torch.mul(part, per)
          for i in range(torch.len(blocks)):
            rows = ops.prim.min(per, torch.sub(past, torch.mul(i, per)))
            _0 = torch.append(pieces, torch.slice(blocks[i], 0, first, torch.add(first, rows)))
          _1 = torch.append(pieces, fresh)
          return torch.cat(pieces)
      """
          .formatted(TorchArchive.CLASS);

  /// The tables of [HalfLayout] as views of strips: columns are `(strip, half, lane)`, rows stand
  /// between strip and lane.
  private static String halves(HalfLayout layout) {
    return """
      def tables(self: __torch__.%1$s,
        blocks: List[Tensor],
        begin: int,
        end: int) -> Tensor:
        parts = annotate(List[Tensor], [])
        for i in range(torch.len(blocks)):
          _0 = torch.append(parts, torch.slice(blocks[i], 0, begin, end))
        return torch.stack(parts)
      def keys(self: __torch__.%1$s,
        blocks: List[Tensor],
        past: int,
        begin: int,
        end: int,
        fresh: Tensor) -> Tensor:
        if torch.eq(past, 0):
          all = fresh
        else:
          table = (self).tables(blocks, begin, end)
          cut = torch.reshape(table, [-1, %2$d, %3$d, %4$d, %5$d, 2])
          rows = torch.reshape(torch.permute(cut, [0, 2, 5, 4, 1, 3]), [-1, %6$d])
          all = torch.cat([torch.to(torch.slice(rows, 0, 0, past), 6), fresh])
        return all
      def values(self: __torch__.%1$s,
        blocks: List[Tensor],
        past: int,
        begin: int,
        end: int,
        fresh: Tensor) -> Tensor:
        if torch.eq(past, 0):
          all = fresh
        else:
          table = (self).tables(blocks, begin, end)
          cut = torch.reshape(table, [-1, %2$d, %7$d, %8$d, %5$d, 2])
          wide = torch.reshape(torch.permute(cut, [0, 3, 1, 2, 5, 4]), [-1, %2$d, %9$d])
          rows = torch.reshape(torch.slice(wide, 2, 0, %4$d), [-1, %6$d])
          all = torch.cat([torch.to(torch.slice(rows, 0, 0, past), 6), fresh])
        return all
    """
        .formatted(
            TorchArchive.CLASS,
            layout.heads(),
            layout.rows() / layout.strip(),
            layout.headDim(),
            layout.lanes(),
            layout.heads() * layout.headDim(),
            layout.width() / layout.strip(),
            layout.rows(),
            layout.width());
  }
}
