package io.smolvlm.tensor.torch;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Bf16Weight;
import io.smolvlm.tensor.ops.FloatWeight;
import io.smolvlm.tensor.ops.HalfBlocks;
import io.smolvlm.tensor.ops.HalfLayout;
import io.smolvlm.tensor.ops.KeyValues;
import io.smolvlm.tensor.ops.LinearWeight;
import io.smolvlm.tensor.ops.Ops;
import io.smolvlm.tensor.ops.PackedWeight;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// A network compiled by libtorch from its description.
///
/// Inputs, weights and results are views of [Matrix] memory or copied into it; no DJL type leaves.
/// The matrices given as weights must live as long as the graph, but those of linear layers only in
/// float32: in other numbers libtorch has its own copies. One thread at a time.
public final class TorchGraph implements AutoCloseable {
  private final Model model;
  private final PtSymbolBlock block;
  private final PtNDManager manager;
  private final IValue weights;
  private final @Nullable IValue packed;
  private final List<String> taps;
  private final boolean causal;
  private final int keptLayers;

  private TorchGraph(TorchOps ops, String method, boolean causal) {
    this.taps = List.copyOf(ops.taps());
    this.causal = causal;
    this.keptLayers = ops.keptLayers();
    this.model = Model.newInstance("network", "PyTorch");
    try {
      model.load(new ByteArrayInputStream(TorchArchive.pack(method)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (MalformedModelException e) {
      throw new IllegalStateException(e);
    }
    this.block = (PtSymbolBlock) model.getBlock();
    this.manager = (PtNDManager) model.getNDManager().newSubManager();
    this.weights =
        IValue.listFrom(
            ops.weights().stream().map(w -> view(manager, w)).toArray(PtNDArray[]::new));
    this.packed = ops.packed().isEmpty() ? null : packed(ops.packed());
  }

  /// libtorch's own copies; the weights are not needed afterwards.
  private IValue packed(List<LinearWeight> own) {
    IValue[] all = new IValue[own.size()];
    for (int i = 0; i < all.length; i++) {
      try (PtNDManager call = (PtNDManager) manager.newSubManager();
          IValue matrix = IValue.from(view(call, own.get(i)))) {
        all[i] = IValueUtils.runMethod(block, "prepack", matrix);
      }
      forget(own.get(i));
    }
    IValue list = IValue.listFrom(all);
    for (IValue each : all) {
      each.close();
    }
    NativeHeap.trim();
    return list;
  }

  /// What of the weight's file is in memory is given back.
  private static void forget(LinearWeight weight) {
    MemorySegment numbers =
        switch (weight) {
          case FloatWeight w -> w.matrix().segment();
          case Bf16Weight w -> w.data();
          case PackedWeight w -> w.data();
        };
    if (numbers.isMapped()) {
      numbers.unload();
    }
  }

  /// Compiles a network without sequences: `f(ops, x, extra)` with `extra` an optional second
  /// input.
  ///
  /// @param inputs names of the inputs, `x` first
  /// @param watched whether tapped values are computed for [#run]'s watcher
  public static TorchGraph compile(
      List<String> inputs,
      boolean watched,
      Arithmetic arithmetic,
      BiFunction<Ops<String>, List<String>, String> description) {
    Torch.prepare();
    TorchOps ops = TorchOps.of(watched, arithmetic, null);
    String result = description.apply(ops, inputs);
    String parameters = String.join(": Tensor, ", inputs) + ": Tensor, w: List[Tensor]";
    return new TorchGraph(ops, ops.methods(parameters, result), false);
  }

  /// Compiles a network over one sequence: attention reads the sequence's keys and values and adds
  /// those of the new rows.
  ///
  /// @param halves the layout of keys and values in float16; null where they are float32
  public static TorchGraph compileCausal(
      boolean watched,
      Arithmetic arithmetic,
      @Nullable HalfLayout halves,
      BiFunction<Ops<String>, String, String> description) {
    Torch.prepare();
    TorchOps ops = TorchOps.of(watched, arithmetic, new MemoryForm(halves));
    String result = description.apply(ops, "x");
    return new TorchGraph(
        ops,
        ops.methods(
            "x: Tensor, cos: Tensor, sin: Tensor, blocks: List[Tensor], past: int, per: int,"
                + " w: List[Tensor]",
            result),
        true);
  }

  /// Runs the network and copies its result.
  ///
  /// @param result receives the result; its shape must be that of the network's
  /// @param watcher sees tapped values during the call, null for none
  public void run(
      List<Matrix> inputs, Matrix result, @Nullable BiConsumer<String, Matrix> watcher) {
    if (causal) {
      throw new IllegalStateException("a causal graph needs a sequence");
    }
    try (PtNDManager call = (PtNDManager) manager.newSubManager()) {
      IValue[] arguments =
          inputs.stream().map(m -> IValue.from(view(call, m))).toArray(IValue[]::new);
      finish(call, arguments, result, null, watcher);
    }
  }

  /// Runs the network for the next rows of a sequence.
  ///
  /// @param x `[n, width]`
  /// @param cos `[n, headDim / 2]` for the positions of the rows, likewise `sin`
  /// @param memory as it was compiled for; has room for n more positions, which are written; its
  ///   length stays
  public void runCausal(
      Matrix x,
      Matrix cos,
      Matrix sin,
      KeyValues memory,
      Matrix result,
      @Nullable BiConsumer<String, Matrix> watcher) {
    if (!causal) {
      throw new IllegalStateException("the graph has no sequence");
    }
    int per = memory.blockRows();
    int past = memory.length();
    try (PtNDManager call = (PtNDManager) manager.newSubManager()) {
      IValue[] arguments = {
        IValue.from(view(call, x)),
        IValue.from(view(call, cos)),
        IValue.from(view(call, sin)),
        IValue.listFrom(blocks(call, memory, (past + per - 1) / per)),
        IValue.from((long) past),
        IValue.from((long) per)
      };
      finish(call, arguments, result, memory, watcher);
    }
  }

  private void finish(
      PtNDManager call,
      IValue[] own,
      Matrix result,
      @Nullable KeyValues memory,
      @Nullable BiConsumer<String, Matrix> watcher) {
    // The profiling executor runs first calls slowly and fuses nothing of ours; the switch is a
    // thread's own.
    JniUtils.setGraphExecutorOptimize(false);
    IValue[] arguments = Arrays.copyOf(own, packed == null ? own.length + 1 : own.length + 2);
    arguments[own.length] = weights;
    if (packed != null) {
      arguments[own.length + 1] = packed;
    }
    try (IValue answer = IValueUtils.forward(block, arguments)) {
      NDList outputs = answer.toNDList(call);
      copy(outputs.get(0), result.segment());
      if (memory != null) {
        for (int layer = 0; layer < keptLayers; layer++) {
          Matrix keys = matrix(outputs.get(1 + 2 * layer));
          Matrix values = matrix(outputs.get(2 + 2 * layer));
          memory.write(layer, keys, values, 0, keys.rows());
        }
      }
      if (watcher != null) {
        for (int i = 0; i < taps.size(); i++) {
          watcher.accept(taps.get(i), matrix(outputs.get(1 + 2 * keptLayers + i)));
        }
      }
    } finally {
      for (IValue each : own) {
        each.close();
      }
    }
  }

  private static void copy(NDArray from, MemorySegment to) {
    MemorySegment source = bytes(from);
    if (source.byteSize() != to.byteSize()) {
      throw new IllegalStateException(
          "result of " + from.getShape() + " for " + to.byteSize() + " bytes");
    }
    to.copyFrom(source);
  }

  private static Matrix matrix(NDArray array) {
    int cols = Math.toIntExact(array.getShape().get(array.getShape().dimension() - 1));
    return Matrix.of(bytes(array), Math.toIntExact(array.getShape().size() / cols), cols);
  }

  private static MemorySegment bytes(NDArray array) {
    return MemorySegment.ofBuffer(array.toByteBuffer(true));
  }

  private static PtNDArray[] blocks(PtNDManager manager, KeyValues memory, int count) {
    HalfBlocks halves = memory.halves();
    return halves == null
        ? memory.matrices(count).stream().map(m -> view(manager, m)).toArray(PtNDArray[]::new)
        : halves.blocks().stream()
            .limit(count)
            .map(b ->
                manager.create(b.asByteBuffer(), new Shape(b.byteSize() / 2), DataType.FLOAT16))
            .toArray(PtNDArray[]::new);
  }

  /// The same memory, no copy.
  private static PtNDArray view(PtNDManager manager, Matrix m) {
    return manager.create(
        m.segment().asByteBuffer(), new Shape(m.rows(), m.cols()), DataType.FLOAT32);
  }

  private static PtNDArray view(PtNDManager manager, LinearWeight weight) {
    return switch (weight) {
      case FloatWeight w -> view(manager, w.matrix());
      // As bytes, since DJL's native part knows no bfloat16; the program sees them as what they
      // are.
      case Bf16Weight w ->
          manager.create(w.data().asByteBuffer(), new Shape(w.out(), 2L * w.in()), DataType.INT8);
      case PackedWeight w -> throw new IllegalArgumentException(w.toString());
    };
  }

  @Override
  public void close() {
    weights.close();
    if (packed != null) {
      packed.close();
    }
    manager.close();
    model.close();
  }
}
