package dev.mainstay.operator.pki;

import java.time.Instant;
import java.util.List;

/**
 * What a certificate should say.
 *
 * @param commonName whose it is
 * @param names host names and addresses that it is valid for; empty for a client's
 * @param begin when it begins
 * @param end when it ends, to the second
 */
public record LeafForm(String commonName, List<String> names, Instant begin, Instant end) {

    public LeafForm {
        names = List.copyOf(names);
    }
}
