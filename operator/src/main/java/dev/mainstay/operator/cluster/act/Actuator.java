package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdMemberSpec;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.ArchivePart;
import dev.mainstay.operator.cluster.desired.BeginsAnew;
import dev.mainstay.operator.cluster.desired.DesiredMember;
import dev.mainstay.operator.cluster.desired.DesiredPod;
import dev.mainstay.operator.cluster.desired.GrownStorage;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.desired.OuterAddress;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.ClusterView;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.engine.Seed;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.MemberApi;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Carries out one action. Each effect that is already there is taken for done; what fails throws, and the next pass looks again. */
public final class Actuator {

    private static final int FORBIDDEN = 403;
    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;

    private final KubernetesClient kubernetes;
    private final MemberApi members;
    private final String repository;
    private final Seeds seeds;
    private final Quarantine quarantine;
    private final RecoveryBackup recoveryBackup;

    /** Acts by {@code kubernetes} and {@code members}; pods are of images from {@code repository}. */
    public Actuator(KubernetesClient kubernetes, MemberApi members, String repository) {
        this.kubernetes = kubernetes;
        this.members = members;
        this.repository = repository;
        this.seeds = new Seeds(kubernetes, repository);
        this.quarantine = new Quarantine(kubernetes);
        this.recoveryBackup = new RecoveryBackup(kubernetes);
    }

    /** Does it, to the cluster as it was seen. */
    public void act(Seen seen, Action action) {
        switch (action) {
            case Action.Idle _ -> {}
            case Action.Wait _ -> {}
            case Action.RecordClusterId a -> {
                String revision = seeds.restoredRevision(seen);
                latch(
                        seen,
                        status -> Statuses.identified(
                                status,
                                a.clusterId(),
                                Names.token(seen.cluster(), seen.incarnation()),
                                seen.incarnation(),
                                revision));
                seeds.clear(seen);
            }
            case Action.RecordSource _ -> {
                EtcdClusterStatus.Restored source = seeds.source(seen);
                latch(seen, status -> Statuses.seeded(status, source));
            }
            case Action.Restore a -> seeds.restore(seen, a.member());
            case Action.ClearRestore _ -> seeds.clear(seen);
            case Action.CreateMember a -> createMember(seen, a);
            case Action.CreateVolume a -> createVolume(seen, a.member());
            case Action.GrowVolume a -> growVolume(seen, a);
            case Action.DeleteVolume a -> deleteVolume(seen, a.member());
            case Action.CreatePod a -> create(pod(seen, a.member(), a.founds()));
            case Action.CreatePods a -> a.members().forEach(member -> create(pod(seen, member, false)));
            case Action.BeginAnew a -> create(BeginsAnew.pod(pod(seen, a.member(), false), a.incarnation()));
            case Action.DeletePod a -> deletePod(seen, a.member(), a.uid());
            case Action.RecreatePod a -> {
                String since = seen.observation().now().toString();
                updateMember(
                        seen,
                        a.member(),
                        member -> member.setStatus(MemberStatuses.recreated(member.getStatus(), a.attempt(), since)),
                        true);
                deletePod(seen, a.member(), a.uid());
            }
            case Action.SetTemplate a ->
                updateMember(
                        seen,
                        a.member(),
                        member -> member.setSpec(
                                MemberStatuses.template(member.getSpec(), a.version(), a.templateHash())),
                        false);
            case Action.Suspend a ->
                updateMember(
                        seen,
                        a.member(),
                        member -> member.setSpec(MemberStatuses.suspended(member.getSpec(), a.suspended())),
                        false);
            case Action.MarkLeaving a ->
                kubernetes.resource(object(seen, a.member())).delete();
            case Action.Forget a -> forget(seen, a.member());
            case Action.AddLearner a -> members.addLearner(anyone(seen), Names.peerUrl(seen.cluster(), a.member()));
            case Action.Promote a -> members.promote(anyone(seen), a.id());
            case Action.RemoveFromList a -> members.remove(anyoneBut(seen, a.id()), a.id());
            case Action.MoveLeader a -> members.moveLeader(leader(seen, a.from()), a.toId());
            case Action.Defragment a -> {
                // First, so that a time that is due is used once, however the call ends.
                String time =
                        seen.observation().now().truncatedTo(ChronoUnit.SECONDS).toString();
                updateMember(
                        seen,
                        a.member(),
                        member -> member.setStatus(MemberStatuses.defragmented(member.getStatus(), time)),
                        true);
                members.defragment(endpoint(seen, a.member()));
            }
            case Action.Disarm a ->
                members.disarm(anyone(seen), a.alarm().memberId(), a.alarm().kind() == ClusterView.Alarm.Kind.CORRUPT);
            case Action.ChooseSurvivor a ->
                latch(
                        seen,
                        status ->
                                Recoveries.chosen(status, a, seen.observation().now()));
            case Action.AbandonRecovery _ -> latch(seen, status -> status.planning(null));
            case Action.RaiseIncarnation a ->
                latch(
                        seen,
                        status -> Recoveries.raised(
                                status,
                                a,
                                Names.token(seen.cluster(), a.incarnation()),
                                seen.observation().now()));
            case Action.FinishRecovery _ -> {
                recoveryBackup.take(seen);
                latch(
                        seen,
                        status -> Recoveries.finished(status, seen.observation().now()));
            }
            case Action.Quarantine a ->
                quarantine.put(
                        namespace(seen),
                        claim(seen, a.member()),
                        seen.observation().now());
            case Action.DropQuarantined a -> quarantine.drop(namespace(seen), a.claim());
        }
    }

    private void createMember(Seen seen, Action.CreateMember a) {
        latch(seen, status -> Statuses.numbered(status, a.number()));
        boolean seeded = seen.observation().seed().state() != Seed.State.NONE;
        EtcdMemberSpec.Join founds = seeded ? EtcdMemberSpec.Join.RESTORE : EtcdMemberSpec.Join.BOOTSTRAP;
        EtcdMemberSpec.Join join = a.join() == MemberView.Join.BOOTSTRAP ? founds : EtcdMemberSpec.Join.LEARNER;
        create(new DesiredMember(seen.cluster())
                .member(
                        a.number(),
                        join,
                        seen.incarnation(),
                        seen.observation().wanted().templateHash()));
    }

    private void createVolume(Seen seen, String member) {
        create(GrownStorage.marked(seen.declared(), new DesiredMember(seen.cluster()).volume(object(seen, member))));
    }

    private void growVolume(Seen seen, Action.GrowVolume a) {
        Resource<PersistentVolumeClaim> place =
                kubernetes.persistentVolumeClaims().inNamespace(namespace(seen)).withName(claim(seen, a.member()));
        try {
            var _ = place.edit(claim -> GrownStorage.grown(seen.declared(), claim, a.bytes()));
        } catch (KubernetesClientException e) {
            if (e.getCode() == FORBIDDEN || e.getCode() == UNPROCESSABLE) {
                String why = e.getStatus() == null || e.getStatus().getMessage() == null
                        ? String.valueOf(e.getMessage())
                        : e.getStatus().getMessage();
                var _ = place.edit(claim -> GrownStorage.refused(
                        claim, a.bytes(), seen.observation().now(), why));
            }
            throw e;
        }
    }

    private void deleteVolume(Seen seen, String member) {
        var _ = kubernetes
                .persistentVolumeClaims()
                .inNamespace(namespace(seen))
                .withName(claim(seen, member))
                .delete();
    }

    private Pod pod(Seen seen, String name, boolean founds) {
        EtcdMember member = object(seen, name);
        List<String> peers = new ArrayList<>(seen.observation().cluster().list().stream()
                .filter(listed -> !listed.name().equals(name))
                .map(listed ->
                        (listed.name().isEmpty() ? "elsewhere-" + listed.id() : listed.name()) + "=" + listed.peerUrl())
                .toList());
        peers.add(name + "=" + Names.peerUrl(seen.cluster(), name));
        ArchivePart archive = seen.archive().part();
        Pod pod = new DesiredPod(seen.cluster(), repository, archive)
                .pod(
                        name,
                        member.getSpec().version(),
                        member.getSpec().incarnation(),
                        founds,
                        peers,
                        Objects.requireNonNullElse(member.getSpec().volumeClaimName(), ""),
                        OuterAddress.wanted(seen.cluster())
                                ? OuterAddress.told(
                                        seen.cluster(), seen.services().get(name))
                                : null);
        pod.getMetadata().setOwnerReferences(List.of(Names.owner(member)));
        Map<String, String> annotations = new TreeMap<>(pod.getMetadata().getAnnotations());
        annotations.put(MainstayApi.TEMPLATE_HASH, member.getSpec().templateHash());
        if (archive != null) {
            annotations.put(MainstayApi.TEMPLATE_BASE_HASH, seen.template().baseHash());
        }
        String rendered = seen.template().renderedHash();
        if (member.getSpec().templateHash().equals(seen.template().hash())
                && !rendered.equals(seen.template().hash())) {
            annotations.put(MainstayApi.RENDERED_HASH, rendered);
        }
        pod.getMetadata().setAnnotations(annotations);
        return pod;
    }

    /** Deletes this very pod: by its uid, so that another of its name is safe. */
    private void deletePod(Seen seen, String member, String uid) {
        Pod pod = seen.pods().get(member);
        if (pod != null && uid.equals(pod.getMetadata().getUid())) {
            Pod current = kubernetes
                    .pods()
                    .inNamespace(namespace(seen))
                    .withName(member)
                    .get();
            if (current != null && uid.equals(current.getMetadata().getUid())) {
                var _ = kubernetes
                        .resource(current)
                        .lockResourceVersion(current.getMetadata().getResourceVersion())
                        .delete();
            }
        }
    }

    private void forget(Seen seen, String member) {
        EtcdMember object = object(seen, member);
        List<String> finalizers = new ArrayList<>(object.getMetadata().getFinalizers());
        if (object.getMetadata().getDeletionTimestamp() == null) {
            var _ = kubernetes.resource(object).delete();
        }
        if (finalizers.remove(MainstayApi.LEAVE_FINALIZER)) {
            var _ = kubernetes
                    .resources(EtcdMember.class)
                    .inNamespace(namespace(seen))
                    .withName(member)
                    .edit(current -> {
                        current.getMetadata().setFinalizers(finalizers);
                        return current;
                    });
        }
    }

    /** Writes the status on the version that was seen, so that what it says was decided by nobody else meanwhile. */
    private void latch(Seen seen, UnaryOperator<EtcdClusterStatus> change) {
        EtcdCluster cluster = seen.cluster();
        cluster.setStatus(change.apply(Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY)));
        EtcdCluster written = kubernetes.resource(cluster).updateStatus();
        cluster.getMetadata().setResourceVersion(written.getMetadata().getResourceVersion());
    }

    private void updateMember(Seen seen, String member, Consumer<EtcdMember> change, boolean status) {
        EtcdMember object = object(seen, member);
        change.accept(object);
        var _ = status
                ? kubernetes.resource(object).updateStatus()
                : kubernetes.resource(object).update();
    }

    private void create(HasMetadata object) {
        try {
            var _ = kubernetes.resource(object).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }

    private static String namespace(Seen seen) {
        return seen.cluster().getMetadata().getNamespace();
    }

    private static EtcdMember object(Seen seen, String member) {
        return Objects.requireNonNull(seen.members().get(member), member);
    }

    private static String claim(Seen seen, String member) {
        return Objects.requireNonNullElse(object(seen, member).getSpec().volumeClaimName(), "");
    }

    private static Endpoint endpoint(Seen seen, String member) {
        return Objects.requireNonNull(seen.endpoint(member), member + " has no address");
    }

    /** The leader's, which may be one of a cluster that is joined. */
    private static Endpoint leader(Seen seen, String name) {
        return seen.answers().values().stream()
                .map(MemberApi.Answer::leaderId)
                .map(seen.strangers()::endpoint)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> endpoint(seen, name));
    }

    private static Endpoint anyone(Seen seen) {
        return anyoneBut(seen, "");
    }

    /** A voter that agrees with the others, but not that one; the leader rather than another. */
    private static Endpoint anyoneBut(Seen seen, String id) {
        return seen.voterBut(id).orElseThrow(() -> new IllegalStateException("nobody to ask"));
    }
}
