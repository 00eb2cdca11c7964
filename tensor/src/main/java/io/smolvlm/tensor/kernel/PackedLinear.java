package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.kernel.Activations.Form;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.PackedWeight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Linear layers with packed weights, shared out by panels. One thread at a time; allocates nothing
/// once it has seen the largest shape.
final class PackedLinear {
  private static final int PANEL = Packer.PANEL;

  /// Rows that stay in the second-level cache while panels stream past them, and for which each
  /// panel is widened anew; a multiple of 4.
  private static final int ROWS = 64;

  /// Least rows of a piece of their preparation.
  private static final int PREPARED = 4;

  private final PackedKernels kernels;
  private final Team team;
  private final Activations activations = new Activations();
  private final Team.Work preparation = this::prepare;
  private final Share share = new Share();
  private final Member[] members;
  private @Nullable Matrix loaded;
  private Form prepared = Form.LESS;

  PackedLinear(PackedKernels kernels, Team team) {
    this.kernels = kernels;
    this.team = team;
    this.members = new Member[team.size()];
    for (int i = 0; i < members.length; i++) {
      members[i] = new Member();
    }
  }

  /// Forgets the rows of the last call: they may have been overwritten.
  void forget() {
    loaded = null;
  }

  /// @param x `[n, in]`; the same matrix as in the last call is not looked at again, unless
  ///   [#forget] was called
  /// @param weight in panels of [Packer#PANEL]
  /// @param y `[n, out]`, written
  void run(Matrix x, Linear linear, PackedWeight weight, Matrix y) {
    if (weight.panel() != PANEL) {
      throw new IllegalArgumentException(
          linear.name() + ": panels of " + weight.panel() + ", kernels take " + PANEL);
    }
    Form form =
        switch (weight.format()) {
          case INT8 -> Form.LESS;
          case INT4 -> Form.ROUNDED;
        };
    if (loaded != x || prepared != form) {
      activations.reserve(x, form);
      loaded = x;
      prepared = form;
      team.run(preparation, team.pieces(x.rows(), PREPARED));
    }
    share.weight = weight;
    share.bias = linear.bias();
    share.y = y;
    team.run(share, team.pieces(weight.panels(), 1));
  }

  private void prepare(int member, int piece, int pieces) {
    int rows = activations.rows();
    activations.prepare(
        kernels, Team.bound(rows, piece, pieces), Team.bound(rows, piece + 1, pieces));
  }

  /// What a member needs for itself.
  private static final class Member {
    private float[] floats = new float[0];
    private int[] words = new int[0];
    private final float[] sums = new float[ROWS * PANEL];

    float[] floats(int length) {
      if (floats.length < length) {
        floats = new float[length];
      }
      return floats;
    }

    int[] words(int length) {
      if (words.length < length) {
        words = new int[length];
      }
      return words;
    }
  }

  private final class Share implements Team.Work {
    private @Nullable PackedWeight weight;
    private @Nullable Matrix bias;
    private @Nullable Matrix y;

    @Override
    public void run(int member, int piece, int pieces) {
      PackedWeight w = weight;
      Matrix to = y;
      if (w == null || to == null) {
        return;
      }
      int first = w.panels() * piece / pieces;
      int last = w.panels() * (piece + 1) / pieces;
      for (int row = 0; row < to.rows(); row += ROWS) {
        int end = Math.min(row + ROWS, to.rows());
        for (int panel = first; panel < last; panel++) {
          panel(w, panel, members[member], to, row, end);
        }
      }
    }

    private void panel(PackedWeight w, int panel, Member member, Matrix to, int row, int end) {
      int room = PANEL * w.blocks();
      switch (prepared) {
        case LESS -> {
          float[] scratch = member.floats((1 + PackedWeight.BLOCK) * room);
          kernels.int8(w, panel, activations, row, end, scratch, member.sums);
        }
        case ROUNDED -> {
          int[] words = member.words(20 * room);
          float[] scales = member.floats(2 * room);
          kernels.int4(w, panel, activations, row, end, words, scales, member.sums);
        }
      }
      store(member.sums, to, row, end, panel * PANEL);
    }

    private void store(float[] sums, Matrix to, int from, int end, int column) {
      int width = Math.min(PANEL, to.cols() - column);
      Matrix b = bias;
      for (int r = from; r < end; r++) {
        int at = (r - from) * PANEL;
        if (b != null) {
          for (int o = 0; o < width; o++) {
            sums[at + o] += b.segment().getAtIndex(ValueLayout.JAVA_FLOAT, column + o);
          }
        }
        MemorySegment.copy(
            sums,
            at,
            to.segment(),
            ValueLayout.JAVA_FLOAT,
            4L * ((long) r * to.cols() + column),
            width);
      }
    }
  }
}
