package dev.mainstay.node.common;

/** A raised alarm. {@code memberId} is etcd's unsigned 64-bit member id. */
public record Alarm(long memberId, Type type) {

    /** The kinds of alarm, with etcd's numbers as ordinals plus one. */
    public enum Type {
        NOSPACE,
        CORRUPT
    }
}
