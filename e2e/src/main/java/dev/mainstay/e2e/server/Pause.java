package dev.mainstay.e2e.server;

/** Sleep for those who can't be interrupted. */
public final class Pause {
    private Pause() {}

    /** Sleeps for so long, or fails when the thread is interrupted, which then stays so. */
    public static void millis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
