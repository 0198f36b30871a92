package dev.mainstay.node.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file with certificates, a key or revocations.
 *
 * @param flag the setting that named it, without dashes, for messages
 */
public record TlsFile(String flag, Path path) {

    /** Larger than any bundle of authorities; keeps a wrong path (a data file, a device) from filling the memory. */
    private static final int MAX_BYTES = 2 << 20;

    /** What it holds now. */
    byte[] read() throws TlsException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw refused("is larger than 2 MiB, so it can't be what it should. Correct --" + flag + ".");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw refused("doesn't exist. Put the file there, or correct --" + flag + ".");
        } catch (AccessDeniedException e) {
            throw refused("can't be read: permission denied. Let the user that runs this server read it.");
        } catch (TlsException e) {
            throw e;
        } catch (IOException e) {
            throw refused("can't be read: " + e.getMessage() + ". Correct --" + flag + ".");
        }
    }

    /** That this file is at fault, and why. */
    TlsException refused(String why) {
        return new TlsException("--" + flag + " " + path + " " + why);
    }
}
