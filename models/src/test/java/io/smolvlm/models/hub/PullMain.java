package io.smolvlm.models.hub;

/// A pull in a process of its own: `PullMain ID`, settings from the environment.
final class PullMain {
  private PullMain() {}

  public static void main(String[] args) {
    try (var hub = new Hub(HubSettings.ofEnvironment())) {
      System.out.println(hub.pull(HubReference.parse(args[0]).orElseThrow(), PullListener.NONE));
    }
  }
}
