package io.smolvlm.app.intake;

/// How the processes that decode are doing.
///
/// @param alive processes, the spare included; 0 where pictures are decoded in this one
/// @param busy of them
/// @param waiting pictures that wait for one
/// @param deaths of processes over pictures so far, those killed at the deadline included
public record IntakeStatus(int alive, int busy, int waiting, long deaths) {
  static final IntakeStatus NONE = new IntakeStatus(0, 0, 0, 0);
}
