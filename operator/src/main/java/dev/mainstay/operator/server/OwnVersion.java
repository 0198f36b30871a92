package dev.mainstay.operator.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Which release this is. Node and operator are released together. */
final class OwnVersion {

    private OwnVersion() {}

    static String read() {
        try (InputStream in = Objects.requireNonNull(OwnVersion.class.getResourceAsStream("/version.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
