package dev.mainstay.node.backup;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;

/**
 * What a check of a backup found.
 *
 * @param mode {@code checksum} or {@code restore}
 * @param findings what is wrong, a line each; none if the backup is as it was made
 */
public record Verified(Instant time, String mode, String version, List<String> findings) {

    public Verified {
        findings = List.copyOf(findings);
    }

    /** Whether nothing was wrong. */
    public boolean isGood() {
        return findings.isEmpty();
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("time", time.toString())
                .put("mode", mode)
                .put("mainstayVersion", version)
                .put("good", isGood())
                .put("findings", new JsonArray(findings));
    }

    /** @throws RuntimeException if that is none */
    static Verified fromJson(JsonObject json) {
        return new Verified(
                Instant.parse(json.getString("time")),
                json.getString("mode"),
                json.getString("mainstayVersion"),
                json.getJsonArray("findings").stream().map(String.class::cast).toList());
    }
}
