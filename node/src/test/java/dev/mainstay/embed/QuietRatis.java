package dev.mainstay.embed;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The log as a program that embeds members would have it. */
public final class QuietRatis implements BeforeAllCallback {

    /** Held, since loggers that nobody holds forget their level. */
    private static final Logger RATIS = Logger.getLogger("org.apache.ratis");

    @Override
    public void beforeAll(ExtensionContext context) {
        RATIS.setLevel(Level.SEVERE);
    }
}
