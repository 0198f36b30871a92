package dev.mainstay.e2e.faults;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Finds out from {@code /proc} which process is at the other end of a connection over the loopback address. */
final class SocketOwners {
    private static final int LOCAL_ADDRESS = 1;
    private static final int REMOTE_ADDRESS = 2;
    private static final int INODE = 9;

    private SocketOwners() {}

    /** Whether this process opened the connection that was accepted here; false if either is gone. */
    static boolean owns(long pid, Socket accepted) {
        String inode = inodeOfOpener(accepted);
        if (inode.isEmpty()) {
            return false;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path file : files) {
                if (targetOf(file).equals("socket:[" + inode + "]")) {
                    return true;
                }
            }
            return false;
        } catch (IOException processIsGone) {
            return false;
        }
    }

    /** The opener's end is the entry whose local and remote port are ours, swapped. Java's sockets may be of either table. */
    private static String inodeOfOpener(Socket accepted) {
        String local = String.format(Locale.ROOT, ":%04X", accepted.getPort());
        String remote = String.format(Locale.ROOT, ":%04X", accepted.getLocalPort());
        for (String line : connections()) {
            List<String> fields = List.of(line.strip().split("\\s+", -1));
            if (fields.size() > INODE
                    && fields.get(LOCAL_ADDRESS).endsWith(local)
                    && fields.get(REMOTE_ADDRESS).endsWith(remote)) {
                return fields.get(INODE);
            }
        }
        return "";
    }

    private static List<String> connections() {
        try {
            List<String> lines = new ArrayList<>(Files.readAllLines(Path.of("/proc/net/tcp")));
            if (Files.exists(Path.of("/proc/net/tcp6"))) {
                lines.addAll(Files.readAllLines(Path.of("/proc/net/tcp6")));
            }
            return lines;
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static String targetOf(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
