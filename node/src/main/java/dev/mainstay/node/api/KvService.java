package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.api.wire.Reply;
import dev.mainstay.node.apply.ReadTxn;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.ServerServiceDefinition;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The KV service: check, translate, propose or read, answer. */
final class KvService {

    private final KvChecks checks;
    private final Proposals proposals;
    private final Reads reads;
    private final Access access;
    private final RangeReader ranges;
    private final KvReplies replies;
    private final StorageCare storage;

    KvService(
            KvChecks checks,
            Proposals proposals,
            Reads reads,
            Access access,
            RangeReader ranges,
            KvReplies replies,
            StorageCare storage) {
        this.checks = checks;
        this.proposals = proposals;
        this.reads = reads;
        this.access = access;
        this.ranges = ranges;
        this.replies = replies;
        this.storage = storage;
    }

    ServerServiceDefinition definition() {
        return new ServiceAssembly(KVGrpc.getServiceDescriptor())
                .addHot(KVGrpc.getRangeMethod(), RangeRequest.getDefaultInstance(), UnaryCalls.unary(this::range))
                .addHot(
                        KVGrpc.getRangeStreamMethod(),
                        RangeRequest.getDefaultInstance(),
                        UnaryCalls.streaming(
                                (request, call) -> RangeStreaming.start(request, call, checks, reads, access, ranges)))
                .addHot(KVGrpc.getPutMethod(), PutRequest.getDefaultInstance(), UnaryCalls.unary(this::put))
                .addHot(
                        KVGrpc.getDeleteRangeMethod(),
                        DeleteRangeRequest.getDefaultInstance(),
                        UnaryCalls.unary(this::deleteRange))
                .addHot(KVGrpc.getTxnMethod(), TxnRequest.getDefaultInstance(), UnaryCalls.unary(this::txn))
                .addHot(
                        KVGrpc.getCompactMethod(),
                        CompactionRequest.getDefaultInstance(),
                        UnaryCalls.unary(this::compact))
                .build();
    }

    private void range(RangeRequest request, Responder<Reply> responder) {
        ErrorCode refusal = checks.range(request);
        if (refusal != null) {
            responder.refuse(refusal);
            return;
        }
        RangeQuery query = KvRequests.range(request);
        Runnable read = RangeReader.isShort(query)
                ? () -> permitted(query, responder, () -> answer(ranges.readShort(query), responder))
                : () -> permitted(
                        query,
                        responder,
                        () -> ranges.inTurn(responder, turn -> answer(ranges.read(query, turn), responder)));
        if (request.getSerializable()) {
            read.run();
        } else {
            reads.linearizable(responder, read);
        }
    }

    /** Reads if the caller may: asked behind the barrier, with what was agreed on before the call. */
    private void permitted(RangeQuery query, Responder<?> responder, Runnable read) {
        ErrorCode refusal = access.read(responder.identity(), query.range());
        if (refusal != null) {
            responder.refuse(refusal);
        } else {
            read.run();
        }
    }

    private void put(PutRequest request, Responder<Reply> responder) {
        if (refused(checks.put(request), request.getSerializedSize(), responder)) {
            return;
        }
        proposals.propose(KvRequests.put(request), responder, outcome -> {
            if (outcome instanceof Outcome.PutDone done) {
                responder.reply(() -> replies.put(done));
            }
        });
    }

    private void deleteRange(DeleteRangeRequest request, Responder<Reply> responder) {
        if (refused(checks.deleteRange(request), request.getSerializedSize(), responder)) {
            return;
        }
        proposals.propose(KvRequests.deleteRange(request), responder, outcome -> {
            if (outcome instanceof Outcome.Deleted done) {
                responder.reply(() -> replies.deleted(done));
            }
        });
    }

    private void txn(TxnRequest request, Responder<Reply> responder) {
        ErrorCode refusal = checks.txn(request);
        if (refusal != null) {
            responder.refuse(refusal);
            return;
        }
        Operation.Txn txn = KvRequests.txn(request);
        if (ReadTxn.isReadOnly(txn)) {
            Runnable read = () -> {
                ErrorCode forbidden = access.ask(responder.identity(), permits -> permits.check(txn));
                if (forbidden != null) {
                    responder.refuse(forbidden);
                    return;
                }
                ranges.inTurn(responder, turn -> {
                    readTxn(txn, responder);
                    turn.end();
                });
            };
            if (isSerializable(request)) {
                read.run();
            } else {
                reads.linearizable(responder, read);
            }
            return;
        }
        if (refused(null, request.getSerializedSize(), responder)) {
            return;
        }
        proposals.propose(txn, responder, outcome -> {
            if (outcome instanceof Outcome.TxnDone done) {
                responder.reply(() -> replies.txn(done));
            }
        });
    }

    private void compact(CompactionRequest request, Responder<Reply> responder) {
        proposals.propose(new Command.Compact(request.getRevision()), responder, outcome -> {
            if (!(outcome instanceof Outcome.Done done)) {
                return;
            }
            if (request.getPhysical()) {
                CompletableFuture<?> _ = storage.physicallyCompacted(request.getRevision())
                        .whenComplete((_, _) -> responder.reply(() -> replies.header(done.revision())));
            } else {
                responder.reply(() -> replies.header(done.revision()));
            }
        });
    }

    private boolean refused(@Nullable ErrorCode checked, int encodedBytes, Responder<Reply> responder) {
        ErrorCode refusal = checked;
        if (refusal == null && checks.size(encodedBytes) != null) {
            // A token that is none comes first, as etcd looks at it before it looks at the size.
            ErrorCode unknown = access.ask(responder.identity(), _ -> null);
            refusal = unknown != null ? unknown : checks.size(encodedBytes);
        }
        if (refusal != null) {
            responder.refuse(refusal);
        }
        return refusal != null;
    }

    private void readTxn(Operation.Txn txn, Responder<Reply> responder) {
        Outcome outcome = evaluate(txn);
        while (outcome == null) {
            outcome = evaluate(txn);
        }
        if (outcome instanceof Outcome.TxnDone done) {
            responder.reply(() -> replies.txn(done));
        } else {
            responder.refuse(RangeReader.refusal(outcome));
        }
    }

    /** {@code null} when a compaction came between. */
    private @Nullable Outcome evaluate(Operation.Txn txn) {
        try {
            return ReadTxn.evaluate(new PinnedView(ranges.store()), txn);
        } catch (PinnedView.OvertakenException e) {
            return null;
        }
    }

    private static void answer(RangeReader.Answer answer, Responder<Reply> responder) {
        if (answer.reply() != null) {
            responder.reply(answer.reply());
        } else if (answer.refusal() != null) {
            responder.refuse(answer.refusal());
        }
    }

    /** Only a transaction whose ranges, at least one, are all serializable may skip the barrier. */
    private static boolean isSerializable(TxnRequest request) {
        return request.getSuccessCount() + request.getFailureCount() > 0
                && request.getSuccessList().stream()
                        .allMatch(op -> op.getRequestRange().getSerializable())
                && request.getFailureList().stream()
                        .allMatch(op -> op.getRequestRange().getSerializable());
    }
}
