package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.server.Program;
import java.util.List;
import java.util.stream.Stream;

/** Everything as JSON over HTTP: status, headers and body of every answer. */
public final class GatewayGame implements Game<HttpStep> {
    @Override
    public List<HttpStep> sequence(long seed, int length, int members) {
        GatewaySequence sequence = new GatewaySequence(seed, members, length / 2);
        return Stream.generate(sequence::next).limit(length).toList();
    }

    @Override
    public HttpStep parse(String line) {
        return HttpStep.parse(line);
    }

    @Override
    public Playing<HttpStep> player(List<String> endpoints) {
        return new HttpPlayer(endpoints);
    }

    @Override
    public List<String> flags(Program program) {
        return List.of("--max-request-bytes=65536", "--max-txn-ops=8", "--bcrypt-cost=4", "--auth-token-ttl=3600");
    }

    @Override
    public boolean excused(HttpStep step, String reference, String subject) {
        return GatewayDifferences.excused(step, reference, subject);
    }

    @Override
    public String label(HttpStep step) {
        return step.method() + " " + step.path().replaceFirst("\\?.*", "").replaceFirst("^/v3(beta)?/(kv/)?", "");
    }
}
