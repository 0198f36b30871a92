package dev.mainstay.e2e.linear;

/** One operation of a request. Each tells the pairs it found before it did anything. */
public sealed interface Step {
    /** Sets a key, and tells its pair of before, if there was one. */
    record Put(String key, String value) implements Step {}

    /** Removes keys, and tells their pairs. */
    record Delete(Keys keys) implements Step {}

    /** Tells the pairs of keys. */
    record Get(Keys keys) implements Step {}
}
