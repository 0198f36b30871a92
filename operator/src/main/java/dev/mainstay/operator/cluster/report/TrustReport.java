package dev.mainstay.operator.cluster.report;

import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.operator.cluster.certificates.AuthorityState;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.cluster.certificates.TrustState;
import dev.mainstay.operator.cluster.trust.AuthorityView;
import dev.mainstay.operator.cluster.trust.Holder;
import dev.mainstay.operator.cluster.trust.TrustEngine;
import dev.mainstay.operator.cluster.trust.TrustStep;
import dev.mainstay.operator.report.Conditions;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the status says of certificates: pure. */
final class TrustReport {

    private final TrustState state;

    TrustReport(TrustState state) {
        this.state = state;
    }

    /** Hashes as the status spells them. */
    static String hash(String sha256) {
        return "sha256:" + sha256;
    }

    EtcdClusterStatus.@Nullable Trust status() {
        AuthorityView authority = state.view().authority();
        AuthorityState secret = state.authority();
        if (authority == null) {
            return null;
        }
        int aware = (int) state.view().running().stream()
                .filter(running -> running.trusts(authority.bundle()))
                .count();
        Instant leaf = leafExpiry();
        return new EtcdClusterStatus.Trust(
                hash(authority.bundle()),
                aware,
                authority.rotating() && secret != null ? hash(SecretData.hash(secret.lastingBundle())) : null,
                leaf == null ? null : leaf.toString(),
                authority.issuing().end().toString());
    }

    private @Nullable Instant leafExpiry() {
        return state.view().holders().stream()
                .map(Holder::leaf)
                .filter(Objects::nonNull)
                .map(Holder.Leaf::end)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    /** How far the replacement of the authority is; null for none. */
    @Nullable
    String phase() {
        AuthorityView authority = state.view().authority();
        if (authority == null || !authority.rotating()) {
            return null;
        }
        return authority.next() != null ? "DistributeTrust" : "ReplaceCertificates";
    }

    void condition(Conditions conditions) {
        AuthorityView authority = state.view().authority();
        Instant leaf = leafExpiry();
        if (state.step() instanceof TrustStep.Blocked blocked) {
            conditions.set("CertificatesValid", false, blocked.reason(), blocked.why());
        } else if (authority == null || leaf == null) {
            conditions.set("CertificatesValid", null, "RenewalPending", "no certificates are made yet");
        } else if (!leaf.isAfter(state.view().now())) {
            conditions.set("CertificatesValid", false, "Expired", "a certificate ended at " + leaf);
        } else if (!authority.rotating()
                && state.step() instanceof TrustStep.Wait wait
                && wait.members().isEmpty()) {
            conditions.set("CertificatesValid", true, "RenewalPending", wait.why());
        } else if (authority.rotating() || state.step() instanceof TrustStep.Wait) {
            String why = state.step() instanceof TrustStep.Wait wait ? wait.why() : "the authority is being replaced";
            conditions.set("CertificatesValid", true, "Rotating", why);
        } else {
            Set<String> late = TrustEngine.notShowing(state.view());
            conditions.set(
                    "CertificatesValid",
                    true,
                    late.isEmpty() ? "Valid" : "RenewalPending",
                    late.isEmpty()
                            ? "every member shows its newest certificate"
                            : "these members don't show their newest certificate yet: " + late);
        }
    }
}
