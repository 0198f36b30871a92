package dev.mainstay.operator.member;

/**
 * What a role may do with keys.
 *
 * @param access what it may do
 * @param keys with which keys
 */
public record Permission(Access access, KeyRange keys) {

    /** What may be done. */
    public enum Access {
        /** Reading and watching. */
        READ,
        /** Changing. */
        WRITE,
        /** Both. */
        READ_WRITE;

        /** Both together. */
        public Access and(Access other) {
            return this == other ? this : READ_WRITE;
        }
    }
}
