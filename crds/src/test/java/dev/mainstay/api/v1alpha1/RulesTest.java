package dev.mainstay.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every validation rule, both ways. */
class RulesTest {

    private static final Map<String, Rules> RULES = new TreeMap<>();

    private static final String CLUSTER = "metadata: {name: a}\nspec: {version: 1.4.2, storage: {size: 8Gi}}";
    private static final String MEMBER = "metadata: {name: a-1}\nspec: {clusterName: a, incarnation: 1, join: Learner,"
            + " version: 1.4.2, templateHash: x, volumeClaimName: a-1}";
    private static final String STORE = "metadata: {name: s}\nspec: {s3: {bucket: abc}}";
    private static final String BACKUP = "metadata: {name: b}\nspec: {clusterRef: {name: a}, storeRef: {name: s}}";
    private static final String SCHEDULE =
            "metadata: {name: n}\nspec: {schedule: '0 1 * * *', backupTemplate: {spec: {clusterRef: {name: a},"
                    + " storeRef: {name: s}}}}";
    private static final String RESTORE =
            "metadata: {name: r}\nspec: {clusterRef: {name: a}, confirm: a, source: {backupRef: {name: b}}}";
    private static final String ROLE =
            "metadata: {name: r}\nspec: {clusterRef: {name: a}, permissions: [{access: Read, prefix: /a}]}";
    private static final String USER = "metadata: {name: u}\nspec: {clusterRef: {name: a}, userName: u}";

    /** A definition, an object of it, changes before and after an update ("" = creation), and what refuses it. */
    record Case(String kind, String object, String before, String after, String refusal) {}

    private static Case made(String kind, String object, String change, String refusal) {
        return new Case(kind, object, "", change, refusal);
    }

    private static Case cluster(String change, String refusal) {
        return made("etcdclusters", CLUSTER, change, refusal);
    }

    private static Case update(String before, String after, String refusal) {
        return new Case("etcdclusters", CLUSTER, before, after, refusal);
    }

    static List<Case> cases() {
        String volumes = "spec.storage.type=PersistentVolumeClaim";
        return List.of(
                cluster("", ""),
                cluster("spec.replicas=5", ""),
                cluster("spec.replicas=0", ""),
                cluster("spec.replicas=2", "an even number of members tolerates no more failures"),
                cluster("metadata.name=9lives", "the name becomes part of host names"),
                cluster("metadata.name=" + "a".repeat(41), "the name becomes part of host names"),
                cluster("spec.replicas=0;spec.storage.type=EmptyDir", "hibernating would lose the data"),
                cluster("spec.storage.size=32Mi", "less than 64Mi holds no member"),
                cluster("spec.storage.autoGrow={maxSize: 16Gi}", ""),
                cluster("spec.storage.autoGrow={maxSize: 1Gi}", "storage.autoGrow.maxSize is smaller"),
                cluster("spec.config={backendQuota: 8Gi}", ""),
                cluster("spec.config={backendQuota: 9Gi}", "config.backendQuota is larger"),
                cluster("spec.config={heartbeatMilliseconds: 300}", "elections would start by mistake"),
                cluster("spec.config={autoCompaction: {retention: 1h}}", ""),
                cluster("spec.config={autoCompaction: {retention: '10000'}}", "retention doesn't fit the mode"),
                cluster("spec.config={autoCompaction: {mode: Revision, retention: '10000'}}", ""),
                cluster("spec.extraArgs=[{name: log-level, value: debug}]", ""),
                cluster("spec.extraArgs=[{name: data-dir, value: /x}]", "this flag belongs to the operator"),
                cluster(
                        "spec.extraArgs=[{name: peer-trusted-ca-file, value: /x}]",
                        "this flag belongs to the operator"),
                cluster("spec.podTemplate={spec: {extraContainers: [{name: node}]}}", "the name 'node' belongs"),
                cluster("spec.podTemplate={spec: {extraContainers: [{name: proxy, image: x}]}}", ""),
                cluster("spec.tls={issuance: CertManager}", "certManager and issuance don't fit"),
                cluster("spec.tls={issuance: CertManager, certManager: {issuerRef: {name: x}}}", ""),
                cluster("spec.tls={issuance: Provided}", "provided and issuance don't fit"),
                cluster("spec.tls={leafDuration: 365d, renewBefore: 1h}", "durations are hours, minutes and seconds"),
                cluster("spec.tls={leafDuration: 24h, renewBefore: 1h}", ""),
                cluster("spec.tls={leafDuration: 24h}", "a certificate would be renewed before it begins"),
                cluster("spec.auth={mode: Password}", ""),
                cluster("spec.auth={mode: Password};spec.tls={mode: Disabled}", "passwords would travel in clear text"),
                cluster(
                        "spec.auth={mode: Password};spec.tls={clientAuthentication: Optional}",
                        "with users, members know the operator by its certificate"),
                cluster("spec.auth={mode: Password};spec.tls={clientAuthentication: Required}", ""),
                cluster("spec.bootstrap={}", "the data has one source"),
                cluster("spec.bootstrap={backup: {backupRef: {name: b}}}", ""),
                cluster("spec.bootstrap={archive: {storeRef: {name: s}, path: a, target: {}}}", "one point is wanted"),
                cluster("spec.recovery={quorumLoss: {policy: Automatic}}", ""),
                cluster(
                        "spec.replicas=1;spec.recovery={quorumLoss: {policy: Automatic}}",
                        "automatic recovery needs volumes"),
                update(volumes, "spec.storage.size=9Gi", ""),
                update(volumes, "spec.storage.size=7Gi", "volumes can't shrink"),
                update(volumes, "spec.storage.size=7Gi;spec.storage.changePolicy=ReplaceMembers", ""),
                update(volumes, "spec.storage.storageClassName=slow", "the class of a volume can't change"),
                update(volumes, "spec.storage.type=EmptyDir", "storage.type can't change"),
                update(volumes, "spec.version=1.4.3", ""),
                update(volumes, "spec.version=1.5.0", ""),
                update(volumes, "spec.version=1.6.0", "minor versions can't be skipped"),
                update(volumes, "spec.version=2.4.2", "the major version can't change in place"),
                update(volumes, "spec.version=1.3.0", "a lower minor version is a downgrade"),
                update(volumes, "spec.version=1.3.0;spec.updateStrategy={downgradePolicy: OneMinor}", ""),
                update(
                        volumes,
                        "spec.version=1.2.0;spec.updateStrategy={downgradePolicy: OneMinor}",
                        "a lower minor version is a downgrade"),
                update(volumes, "spec.tls={mode: Disabled}", "tls.mode can't change"),
                update("spec.auth={mode: Password}", "spec.paused=true", "auth can't be switched off"),
                update(
                        "spec.tls={issuance: CertManager, certManager: {issuerRef: {name: i}}}",
                        "spec.tls={issuance: SelfManaged}",
                        "a cluster can't go back to an authority of its own"),
                update(
                        "spec.tls={issuance: CertManager, certManager: {issuerRef: {name: i}}}",
                        "spec.paused=true",
                        "a cluster can't go back"),
                update(
                        "spec.tls={issuance: SelfManaged}",
                        "spec.tls={issuance: CertManager, certManager: {issuerRef: {name: i}}}",
                        ""),
                update("spec.auth={mode: Password}", "spec.auth={mode: Password}", ""),
                update(
                        volumes,
                        "spec.bootstrap={backup: {backupRef: {name: b}}}",
                        "bootstrap is read once, when the cluster is made"),
                update(
                        "spec.version=1.4.1",
                        "status={version: 1.4.0, operation: {type: Upgrade}}",
                        "an upgrade is under way"),
                update(
                        "spec.version=1.4.1",
                        "spec.version=1.4.0;status={version: 1.4.0, operation: {type: Upgrade}}",
                        ""),
                made("etcdmembers", MEMBER, "", ""),
                new Case("etcdmembers", MEMBER, "spec.version=1.4.1", "spec.version=1.4.2", ""),
                new Case(
                        "etcdmembers", MEMBER, "spec.version=1.4.1", "spec.join=Restore", "a member keeps its cluster"),
                made("etcdbackupstores", STORE, "", ""),
                made("etcdbackupstores", STORE, "spec.volume={claimName: v}", "a store is one place"),
                made("etcdbackupstores", STORE, "spec.objectLock={mode: Governance}", "a lock needs a time"),
                made("etcdbackupstores", STORE, "spec.objectLock={mode: Governance, retainDays: 3}", ""),
                made("etcdbackups", BACKUP, "", ""),
                new Case("etcdbackups", BACKUP, "spec.source=Any", "spec.source=Leader", "a backup is taken once"),
                made("etcdbackupschedules", SCHEDULE, "", ""),
                made("etcdrestores", RESTORE, "", ""),
                made("etcdrestores", RESTORE, "spec.confirm=b", "this throws away what the cluster holds now"),
                made("etcdrestores", RESTORE, "spec.source={}", "a restore has one source"),
                made(
                        "etcdrestores",
                        RESTORE,
                        "spec.source={pointInTime: {storeRef: {name: s}, target: {revision: '7', timestamp: x}}}",
                        "one point is wanted"),
                new Case(
                        "etcdrestores",
                        RESTORE,
                        "spec.safetyBackup=Skip",
                        "spec.safetyBackup=Required",
                        "a restore happens once"),
                made("etcdroles", ROLE, "", ""),
                made("etcdroles", ROLE, "spec.roleName=root", "the role root belongs to the cluster"),
                made("etcdroles", ROLE, "spec.permissions=[{access: Read}]", "a permission is for one thing"),
                new Case("etcdroles", ROLE, "spec.roleName=x", "spec.roleName=y", "a role keeps its cluster and name"),
                made("etcdusers", USER, "", ""),
                made("etcdusers", USER, "spec.userName=root", "root belongs to the cluster"),
                made(
                        "etcdusers",
                        USER,
                        "spec.userName=mainstay-member",
                        "the name mainstay-member is for certificates"),
                made(
                        "etcdusers",
                        USER,
                        "spec.passwordSecretRef={name: p}",
                        "a user with a certificate has no password"),
                made(
                        "etcdusers",
                        USER,
                        "spec.authentication=Password;spec.certificateSecretName=c",
                        "a user with a password has no certificate"),
                made("etcdusers", USER, "spec.authentication=Password;spec.passwordSecretRef={name: p}", ""),
                new Case("etcdusers", USER, "spec.userName=x", "spec.userName=y", "a user keeps its cluster and name"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void refusesWhatItShouldAndSaysWhatToDo(Case c) {
        Set<String> refusals = refusals(c);

        if (c.refusal().isEmpty()) {
            assertThat(refusals).isEmpty();
        } else {
            assertThat(refusals)
                    .singleElement()
                    .asString()
                    .startsWith(c.refusal())
                    .contains(": ");
        }
    }

    @Test
    void everyRuleHasACaseThatItRefuses() {
        Set<String> all = new TreeSet<>();
        Set<String> refused = new TreeSet<>();
        for (Case c : cases()) {
            all.addAll(rules(c.kind()).all());
            refused.addAll(refusals(c));
        }

        assertThat(refused).isEqualTo(all);
    }

    @Test
    @SuppressWarnings("unchecked")
    void samplesAreAccepted() throws IOException {
        try (Stream<Path> samples = Files.list(Path.of("../kustomize/samples"))) {
            for (Path sample : samples.toList()) {
                for (String document : Files.readString(sample).split("(?m)^---$", -1)) {
                    Map<String, Object> object = Serialization.unmarshal(document, Map.class);
                    String kind = String.valueOf(object.get("kind"));
                    if (kind.startsWith("Etcd")) {
                        assertThat(rules(kind.toLowerCase(Locale.ROOT) + "s").refusals(object, null))
                                .as(sample + ": " + kind)
                                .isEmpty();
                    }
                }
            }
        }
    }

    private static Set<String> refusals(Case c) {
        return rules(c.kind())
                .refusals(
                        changed(c.object(), c.after()), c.before().isEmpty() ? null : changed(c.object(), c.before()));
    }

    private static Rules rules(String plural) {
        return RULES.computeIfAbsent(plural, RulesTest::read);
    }

    private static Rules read(String plural) {
        try {
            return new Rules(Serialization.unmarshal(
                    Files.readString(Path.of("manifests", plural + ".mainstay.dev.yaml")),
                    CustomResourceDefinition.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> changed(String object, String changes) {
        Map<String, Object> result = Serialization.unmarshal(object, Map.class);
        for (String change : changes.isEmpty() ? List.<String>of() : List.of(changes.split(";", -1))) {
            List<String> sides = List.of(change.split("=", 2));
            List<String> path = List.of(sides.getFirst().split("\\.", -1));
            Map<String, Object> at = result;
            for (String name : path.subList(0, path.size() - 1)) {
                at = (Map<String, Object>) at.computeIfAbsent(name, key -> new TreeMap<String, Object>());
            }
            at.put(path.getLast(), Serialization.unmarshal("--- " + sides.getLast(), Object.class));
        }
        return result;
    }
}
