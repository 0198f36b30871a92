package dev.mainstay.node.server.http;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The file of a {@code unix://} URL. A process that was killed leaves it behind, and nobody can listen while it is there. */
final class SocketFile {

    private static final int TYPE_OF_FILE = 0170000;
    private static final int SOCKET = 0140000;

    private final Path path;

    SocketFile(Path path) {
        this.path = path;
    }

    /**
     * Removes it if nobody listens there any more. What isn't a socket is never removed.
     *
     * @throws IOException if somebody listens, or the file isn't a socket or can't be removed
     */
    void removeIfLeftBehind() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & TYPE_OF_FILE) != SOCKET) {
            throw new FileAlreadyExistsException(path.toString(), null, "it is there and is not a socket");
        }
        if (isListenedTo()) {
            throw new BindException("address already in use");
        }
        Files.delete(path);
    }

    /** Whether a connection is taken; one that has to wait for its turn counts too. */
    private boolean isListenedTo() throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            var _ = probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException refused) {
            return false;
        }
    }
}
