package dev.mainstay.operator.cluster.engine;

import java.time.Duration;

/** What a spec lets be done that says nothing of it, with a quota of 1,000 bytes. */
public final class UsualPolicy {

    /** The policy. */
    public static final Wanted.Policy POLICY = new Wanted.Policy(
            true,
            Duration.ofSeconds(10),
            9,
            Duration.ofSeconds(900),
            true,
            Duration.ofSeconds(300),
            3,
            Duration.ofSeconds(900),
            1000);

    private UsualPolicy() {}
}
