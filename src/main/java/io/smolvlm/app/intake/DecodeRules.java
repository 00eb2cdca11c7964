package io.smolvlm.app.intake;

import java.time.Duration;

/// How pictures are decoded outside this process.
///
/// @param workers that decode at the same time; one more is kept warm
/// @param heapBytes of each
/// @param deadline for a picture
/// @param patience for a free worker
/// @param jobs after which a worker is replaced
/// @param refusal time for which a picture that ended two workers is refused unseen
record DecodeRules(
    int workers,
    long heapBytes,
    Duration deadline,
    Duration patience,
    int jobs,
    Duration refusal) {}
