package dev.mainstay.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is seen of a cluster. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EtcdClusterStatus(
        @Nullable @JsonPropertyDescription("Generation of the spec that this speaks of.")
        Long observedGeneration,

        @Nullable @StatusReplicas @JsonPropertyDescription("Members that exist.")
        Integer replicas,

        @Nullable @JsonPropertyDescription("Members that serve.")
        Integer readyReplicas,

        @Nullable @JsonPropertyDescription("Members that vote.")
        Integer votingReplicas,

        @Nullable @LabelSelector @JsonPropertyDescription("Selects the members' pods.")
        String selector,

        @Nullable @JsonPropertyDescription("Lowest version that runs.")
        String version,

        @Nullable
        @JsonPropertyDescription("The cluster's id, in hex; changes only with a recovery or a restore in place.")
        String clusterID,

        @Nullable @JsonPropertyDescription("What members of this incarnation share.")
        String clusterToken,

        @Nullable @JsonPropertyDescription("Raised by a recovery of the quorum or a restore in place.")
        Integer incarnation,

        @Nullable @JsonPropertyDescription("Member that leads.")
        String leader,

        @Nullable @JsonPropertyDescription("Number of the newest member; never used again.")
        Integer lastMemberNumber,

        @JsonPropertyDescription("Client URLs of the members.")
        List<String> endpoints,

        @Nullable @JsonPropertyDescription("How to connect.")
        Connection connection,

        @JsonPropertyDescription("The members in short; each has an EtcdMember.")
        List<MemberSummary> members,

        @Nullable @JsonPropertyDescription("What is being done; absent when nothing is.")
        Operation operation,

        @Nullable @JsonPropertyDescription("Certificates.") Trust trust,
        @Nullable @JsonPropertyDescription("Backups.") BackupSummary backup,

        @Nullable
        @JsonPropertyDescription("What this incarnation's data was brought back from; absent if it began otherwise.")
        Restored restore,

        @Nullable
        @JsonPropertyDescription("The recovery from a lost quorum that this incarnation began with; absent if none.")
        Recovered recovery,

        @Nullable
        @JsonPropertyDescription("The one that was decided and hasn't begun: until it does, it can be taken back.")
        Recovered plannedRecovery,

        @Nullable
        @JsonPropertyDescription(
                "How members' pods are made: another version of the operator doesn't change it by itself.")
        PodTemplates podTemplate,

        @JsonPropertyDescription("Conditions by type.") List<Condition> conditions) {

    /** Before anything was seen. */
    public static final EtcdClusterStatus EMPTY = new EtcdClusterStatus(
            null, null, null, null, null, null, null, null, null, null, null, List.of(), null, List.of(), null, null,
            null, null, null, null, null, List.of());

    public EtcdClusterStatus {
        endpoints = Values.listOf(endpoints);
        members = Values.listOf(members);
        conditions = Values.listOf(conditions);
    }

    /** The next incarnation, which begins with this. */
    public EtcdClusterStatus restoring(Restored source) {
        return new EtcdClusterStatus(
                observedGeneration,
                replicas,
                readyReplicas,
                votingReplicas,
                selector,
                version,
                null,
                null,
                (incarnation == null ? 1 : incarnation) + 1,
                null,
                lastMemberNumber,
                endpoints,
                connection,
                members,
                operation,
                trust,
                backup,
                source,
                null,
                null,
                podTemplate,
                conditions);
    }

    /** The same, with a recovery that is decided; null takes it back. */
    public EtcdClusterStatus planning(@Nullable Recovered planned) {
        return recovering(recovery, planned, incarnation, clusterToken);
    }

    /** The same, with what has become of its recovery. */
    public EtcdClusterStatus recovered(Recovered done) {
        return recovering(done, plannedRecovery, incarnation, clusterToken);
    }

    /** The incarnation that this recovery leads to. */
    public EtcdClusterStatus recovering(Recovered begun, String nextToken) {
        return recovering(begun, null, begun.incarnation(), nextToken);
    }

    private EtcdClusterStatus recovering(
            @Nullable Recovered last,
            @Nullable Recovered planned,
            @Nullable Integer nextIncarnation,
            @Nullable String nextToken) {
        return new EtcdClusterStatus(
                observedGeneration,
                replicas,
                readyReplicas,
                votingReplicas,
                selector,
                version,
                clusterID,
                nextToken,
                nextIncarnation,
                leader,
                lastMemberNumber,
                endpoints,
                connection,
                members,
                operation,
                trust,
                backup,
                restore,
                last,
                planned,
                podTemplate,
                conditions);
    }

    /** How to connect. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Connection(
            @Nullable @JsonPropertyDescription("Name of the service.")
            String service,

            @Nullable @JsonPropertyDescription("Secret with a client certificate.")
            NameRef secretRef,

            @Nullable @JsonPropertyDescription("ConfigMap with the CA certificates.")
            NameRef caBundleRef) {}

    /** Certificates. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Trust(
            @Nullable @JsonPropertyDescription("Hash of the CA bundle that members should trust.")
            String activeBundleHash,

            @Nullable @JsonPropertyDescription("How many members do.")
            Integer membersOnActiveBundle,

            @Nullable @JsonPropertyDescription("Hash of the bundle that comes next.")
            String pending,

            @Nullable @JsonPropertyDescription("When the first certificate ends.")
            String leafExpiry,

            @Nullable @JsonPropertyDescription("When the CA ends.")
            String caExpiry) {}

    /** How members' pods are made. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PodTemplates(
            @JsonPropertyDescription("The revision that members take.")
            Revision current,

            @Nullable
            @JsonPropertyDescription(
                    "The one that this operator would make, where that is another; members take it later.")
            Revision available) {}

    /** A way to make pods out of the same spec. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Revision(
            @JsonPropertyDescription("Tells it from others.")
            String revision,

            @JsonPropertyDescription("Hash of a pod made so.")
            String podHash,

            @Nullable @JsonPropertyDescription("Hash of what a pod has beside that to archive; absent if nothing.")
            String archiveHash) {}

    /** What an incarnation's data was brought back from. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Restored(
            @JsonPropertyDescription("The EtcdRestore; absent if it was spec.bootstrap.")
            String name,

            @Required @JsonPropertyDescription("The EtcdBackupStore.")
            String store,

            @JsonPropertyDescription("Path in the store; absent for its root.")
            String path,

            @Required @JsonPropertyDescription("The backup; latest = all that there is, the archive too.")
            String backup,

            @Nullable @JsonPropertyDescription("Time or revision to stop at.")
            PointInTime target,

            @Nullable @JsonPropertyDescription("Added to revisions, so that none is used twice.")
            String bumpedBy,

            @Nullable @JsonPropertyDescription("Id of the cluster before; only while the restore is under way.")
            String formerClusterID,

            @Nullable @JsonPropertyDescription("Revision that was brought back.")
            String revision) {

        /** As a backup: the newest, and what the archive holds behind it. */
        public static final String NEWEST = "latest";

        public Restored {
            name = Values.or(name, "");
            path = Values.or(path, "");
        }

        /** In words. */
        public String described() {
            if (target == null) {
                return backup.equals(NEWEST) ? "the newest of " + path : "backup " + backup;
            }
            return target.revision() != null
                    ? "revision " + target.revision() + " of " + path
                    : path + " as of " + target.timestamp();
        }
    }

    /** A recovery from a lost quorum: what was decided, on what grounds, and how far it is. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Recovered(
            @Required @JsonPropertyDescription("The incarnation that it leads to.")
            Integer incarnation,

            @Required @JsonPropertyDescription("The member whose data the cluster goes on with.")
            String survivor,

            @Required @JsonPropertyDescription("Approved, by a person; or Automatic, by policy.")
            Decided decided,

            @JsonPropertyDescription("Why, in words.") String reason,

            @Nullable @JsonPropertyDescription("Term of the last entry of its log.")
            String raftTerm,

            @Nullable @JsonPropertyDescription("Index of the last entry of its log.")
            String raftIndex,

            @Nullable @JsonPropertyDescription("Revision of its data.")
            String revision,

            @Nullable
            @JsonPropertyDescription("Highest revision that any member, or the archive, was known to have had.")
            String knownRevision,

            @Nullable @JsonPropertyDescription("When it was decided, RFC 3339.")
            String startTime,

            @Nullable @JsonPropertyDescription("What proves that no other member serves any more.")
            String fencing,

            @Nullable @JsonPropertyDescription("When that was proven and the incarnation raised, RFC 3339.")
            String fencedTime,

            @Nullable @JsonPropertyDescription("When the survivor served alone, RFC 3339.")
            String completionTime) {

        public Recovered {
            reason = Values.or(reason, "");
        }
    }

    /** Who decided. */
    public enum Decided {
        /** A person. */
        @JsonProperty("Approved")
        APPROVED,
        /** The policy. */
        @JsonProperty("Automatic")
        AUTOMATIC
    }

    /** Backups. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record BackupSummary(
            @Nullable @JsonPropertyDescription("When the newest backup was complete.")
            String lastSuccessfulTime,

            @Nullable @JsonPropertyDescription("The newest backup.")
            String lastBackup,

            @Nullable @JsonPropertyDescription("When a backup was last proven by restoring it.")
            String lastVerifiedTime,

            @Nullable @JsonPropertyDescription("The earliest time that can be restored.")
            String firstRecoverableTime,

            @Nullable @JsonPropertyDescription("The latest time that can be restored.")
            String latestRecoverableTime,

            @Nullable @JsonPropertyDescription("The latest revision that can be restored.")
            String latestRecoverableRevision) {}
}
