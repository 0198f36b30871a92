package dev.mainstay.operator.migration.plan;

/** Says how a cluster is whose members join another; what is done about it the engine decides. */
public final class JoinPlan {

    private final String cluster;
    private final String annotation;

    /**
     * For {@code cluster}.
     *
     * @param annotation the one by which people say that the others may leave
     */
    public JoinPlan(String cluster, String annotation) {
        this.cluster = cluster;
        this.annotation = annotation;
    }

    /**
     * What there is to see.
     *
     * @param left what was said when the other cluster was left; empty before
     * @param problem why it can't be joined or called; empty for nothing
     * @param known whether it is written down which cluster that is
     * @param agreed whether a majority agrees just now
     * @param ours members of ours that vote
     * @param wanted members of ours that are wanted
     * @param others members of the other cluster
     * @param leave whether these may leave
     */
    public record View(
            String left,
            String problem,
            boolean known,
            boolean agreed,
            int ours,
            int wanted,
            int others,
            boolean leave) {}

    /** How that is. */
    public MigrationVerdict verdict(View view) {
        if (!view.left().isEmpty()) {
            return new MigrationVerdict(true, "Finished", view.left());
        }
        if (!view.problem().isEmpty()) {
            return new MigrationVerdict(false, view.known(), "SourceInvalid", view.problem());
        }
        if (!view.known()) {
            return new MigrationVerdict(
                    false, false, "WaitingForSource", "the cluster that is to be joined hasn't answered yet");
        }
        if (view.agreed() && view.others() == 0 && view.ours() > 0) {
            return new MigrationVerdict(true, "Finished", "all members are ours");
        }
        if (view.ours() < view.wanted()) {
            return new MigrationVerdict(
                    false,
                    true,
                    "Joining",
                    view.ours() + " of " + view.wanted() + " members vote beside " + view.others() + " others");
        }
        return view.leave()
                ? new MigrationVerdict(
                        false, true, "CuttingOver", view.others() + " members that aren't ours have yet to leave")
                : new MigrationVerdict(
                        false,
                        true,
                        "Joined",
                        "all members vote beside " + view.others() + " others. Let clients use service " + cluster
                                + ", then let the others leave: kubectl annotate etcdcluster " + cluster + " "
                                + annotation + "=true");
    }
}
