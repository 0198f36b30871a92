package dev.mainstay.node.bolt;

import java.io.IOException;

/** A value whose size is known before it is made. */
public interface BoltValue {

    /** How many bytes it has. */
    int size();

    /** The bytes, {@link #size} of them; asked for once, when they are written. */
    byte[] bytes() throws IOException;

    /** One that is there already. */
    static BoltValue of(byte[] bytes) {
        return new BoltValue() {
            @Override
            public int size() {
                return bytes.length;
            }

            @Override
            public byte[] bytes() {
                return bytes;
            }
        };
    }
}
