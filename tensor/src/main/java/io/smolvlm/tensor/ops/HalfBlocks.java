package io.smolvlm.tensor.ops;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// The keys and values of one sequence in float16.
///
/// @param layout of each block
/// @param blocks one after the other; stays the same object while the sequence grows
public record HalfBlocks(HalfLayout layout, List<MemorySegment> blocks) {}
