package dev.mainstay.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.TestServer;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Acknowledged data that is damaged stops the member; what was never acknowledged is cut; no answer is ever wrong. */
@Tag("badinput")
class DamagedDataE2E {
    private static final String EXPLANATION = "(?i)damaged|corrupt|checksum";
    private static final int COUNT = 200;
    private static final int BYTES = 2_000;

    @TempDir
    private Path dir;

    @Test
    void aTornTailThatWasNeverAcknowledgedIsCut() {
        try (TestServer server = TestServer.mainstay(dir)) {
            Data.write(server, 0, COUNT, BYTES);
            server.kill9();
            DamagedFile log = log(server);
            byte[] torn = new byte[700];
            new Random(1).nextBytes(torn);
            torn[0] = 0x70;
            log.overwrite(log.used() + 1, torn);

            server.start();

            Data.assertWhole(server, COUNT, BYTES);
            Data.write(server, COUNT, COUNT + 10, BYTES);
            server.kill9();
            server.start();
            Data.assertWhole(server, COUNT + 10, BYTES);
        }
    }

    @Test
    void aLogCutBeforeItsAcknowledgedEndIsRefused() {
        try (TestServer server = TestServer.mainstay(dir)) {
            Data.write(server, 0, COUNT, BYTES);
            server.kill9();
            DamagedFile log = log(server);
            log.truncate(log.used() * 9 / 10);

            Data.assertRefusesToStart(server, EXPLANATION);
        }
    }

    @Test
    void aFlippedBitAtTheAcknowledgedEndOfTheLogIsRefused() {
        try (TestServer server = TestServer.mainstay(dir)) {
            Data.write(server, 0, COUNT, BYTES);
            server.kill9();
            DamagedFile log = log(server);
            log.flipBit(log.used() - BYTES / 2);

            Data.assertRefusesToStart(server, EXPLANATION);
        }
    }

    @Test
    void aFlippedBitInTheMiddleOfTheLogIsRefused() {
        try (TestServer server = TestServer.mainstay(dir)) {
            Data.write(server, 0, COUNT, BYTES);
            server.kill9();
            DamagedFile log = log(server);
            log.flipBit(log.used() / 2);

            Data.assertRefusesToStart(server, EXPLANATION);
        }
    }

    @Test
    void aFlippedBitInATableFileNeverGivesAWrongAnswer() {
        try (TestServer server = TestServer.mainstay(dir)) {
            Data.write(server, 0, COUNT, BYTES);
            server.stop();
            DamagedFile table = DamagedFile.largest(server.dataDir().resolve("db"), ".sst");
            table.flipBit(table.used() / 3);

            server.launch();
            String refusal = refusal(server);

            // It either doesn't start or says so when it is asked; in both cases the log explains.
            if (!refusal.isEmpty()) {
                assertThat(server.log()).containsPattern(EXPLANATION);
            }
        }
    }

    /** Why the data can't be read; empty if it could and was all right. */
    private static String refusal(TestServer server) {
        try {
            server.awaitReady();
        } catch (IllegalStateException stopped) {
            return "did not start";
        }
        try (EtcdClient client = new EtcdClient(server.endpoint())) {
            Data.read(client);
        } catch (StatusRuntimeException e) {
            return String.valueOf(e.getMessage());
        }
        assertThatCode(() -> Data.assertWhole(server, COUNT, BYTES)).doesNotThrowAnyException();
        return "";
    }

    private static DamagedFile log(TestServer server) {
        return DamagedFile.largest(server.dataDir().resolve("log"), "log_");
    }
}
