package dev.mainstay.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("badinput")
class DataDirectoryE2E {
    @TempDir
    private Path dir;

    @Test
    void aDirectoryOfARunningNodeIsRefusedAndTheRunningNodeGoesOn() {
        try (TestServer first = TestServer.mainstay(dir.resolve("first"));
                TestServer second =
                        TestServer.stoppedMainstay(dir.resolve("second"), "--data-dir=" + first.dataDir())) {
            Data.write(first, 0, 10, 100);

            Data.assertRefusesToStart(second, "owned by another running node");

            Data.assertWhole(first, 10, 100);
        }
    }

    @Test
    void aNewerFormatIsRefusedAndUntouched() throws IOException {
        try (TestServer server = TestServer.mainstay(dir)) {
            Data.write(server, 0, 10, 100);
            server.stop();
            Path identity = server.dataDir().resolve("identity.json");
            String written = Files.readString(identity);
            String newer = written.replaceFirst("(\"format\"\\s*:\\s*)\\d+", "$1999");
            assertThat(newer).isNotEqualTo(written);
            Files.writeString(identity, newer);

            Data.assertRefusesToStart(server, "newer release");

            Files.writeString(identity, written);
            server.start();
            Data.assertWhole(server, 10, 100);
        }
    }

    @Test
    void anUnwritableDirectoryIsRefused() throws IOException {
        if (System.getProperty("user.name").equals("root")) {
            // Permissions don't stop root; a read-only file system does.
            Optional<SmallDisk> mounted = SmallDisk.mount(dir.resolve("disk"), 16);
            if (mounted.isEmpty()) {
                System.out.println("SKIPPED: an unwritable directory can't be made: root, but mounting isn't allowed");
                return;
            }
            try (SmallDisk disk = mounted.get();
                    TestServer server = TestServer.stoppedMainstay(
                            dir.resolve("server"), "--data-dir=" + disk.root().resolve("data"))) {
                disk.readOnly(true);
                Data.assertRefusesToStart(server, "can't be used|[Rr]ead-only");
            }
            return;
        }
        Path locked = Files.createDirectory(
                dir.resolve("locked"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        try (TestServer server =
                TestServer.stoppedMainstay(dir.resolve("server"), "--data-dir=" + locked.resolve("data"))) {
            Data.assertRefusesToStart(server, "can't be used");
        }
    }

    @Test
    void theDataOfAnEtcdIsRefusedAndUntouched() {
        try (TestServer etcd = TestServer.etcd(dir.resolve("etcd"))) {
            Data.write(etcd, 0, 10, 100);
            etcd.stop();

            try (TestServer server =
                    TestServer.stoppedMainstay(dir.resolve("server"), "--data-dir=" + etcd.dataDir())) {
                Data.assertRefusesToStart(server, "etcd");
            }

            etcd.start();
            Data.assertWhole(etcd, 10, 100);
        }
    }
}
