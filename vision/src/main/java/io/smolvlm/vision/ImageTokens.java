package io.smolvlm.vision;

import io.smolvlm.tensor.Matrix;

/// What a picture has become for the decoder.
///
/// @param rows of the tile grid, 0 when the picture is one frame
/// @param cols of the tile grid
/// @param tiles encoded, the whole picture included
/// @param tokens `[tiles * tokens per tile, text hidden]`, tile by tile, the whole picture last
public record ImageTokens(int rows, int cols, int tiles, Matrix tokens) {}
