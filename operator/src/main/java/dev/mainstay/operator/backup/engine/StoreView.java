package dev.mainstay.operator.backup.engine;

/**
 * Whether a store can be used.
 *
 * @param state whether it can
 * @param reason one word
 * @param why what is wrong and what to do about it; empty if nothing is
 */
public record StoreView(State state, String reason, String why) {

    /** One that nothing is known against. */
    public static final StoreView USABLE = new StoreView(State.USABLE, "Usable", "");

    /** Whether a store can be used. */
    public enum State {
        /** There is no such object. */
        MISSING,
        /** Something that it needs isn't there or doesn't work. */
        BROKEN,
        /** Nothing is known against it. */
        USABLE
    }

    /** One that isn't there. */
    public static StoreView missing(String name) {
        return new StoreView(
                State.MISSING, "StoreMissing", "there is no EtcdBackupStore " + name + " in this namespace: make it");
    }

    /** One that can't be used. */
    public static StoreView broken(String reason, String why) {
        return new StoreView(State.BROKEN, reason, why);
    }

    /** Whether nothing is known against it. */
    public boolean isUsable() {
        return state == State.USABLE;
    }
}
