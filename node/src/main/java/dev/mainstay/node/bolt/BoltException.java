package dev.mainstay.node.bolt;

import com.google.errorprone.annotations.FormatMethod;
import java.io.IOException;
import java.util.Locale;

/** A file is no bbolt database, or a damaged one. Nothing that was read from it may be relied on. */
public final class BoltException extends IOException {

    private static final long serialVersionUID = 1;

    /** @param what is wrong, as a sentence without its end */
    public BoltException(String what) {
        super(what);
    }

    @FormatMethod
    static BoltException of(String format, Object... arguments) {
        return new BoltException(String.format(Locale.ROOT, format, arguments));
    }
}
